import { GraphRebuilt } from '../../../src/contact-graph/graph-past.js';
import type { EventIn } from '../../../src/kernel/event.js';
import { boot } from '../../../src/entrypoints/boot.js';
import type { DomainEvent } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { formatInstant } from '../../../src/kernel/instant.js';
import { graphTypes } from '../../../src/entrypoints/graph-types.js';
import type { GraphPosition } from '../../../src/contact-graph/graph-position.js';
import type { TouchedBy, TracingGraph } from '../../../src/tracing/tracing-graph.js';
import type { Batch, Position, RecordedEvent } from '../../../src/event-log/event-store.js';
import { TOUCHING, TouchedCases } from '../../../src/tracing/touched.js';
import { MIDNIGHT } from '../../oracle/worlds.js';
import { registered } from '../../support/builders/people.js';
import { resultOf } from '../../support/builders/results.js';

const DAY = 86_400;
const at = (seconds: number) => formatInstant(MIDNIGHT + seconds);
const positionAt = (commit: number): Position => ({ commit: BigInt(commit), prepare: BigInt(commit) });

const visit = (personId: string, from: number, to: number | null) => ({
  visitId: `v-${personId}`,
  personId,
  placeId: 'cafe',
  arrivedAt: at(from),
  leftAt: to === null ? null : at(to),
  seat: null,
});
const checkedIn = (personId: string, from: number, to: number | null): DomainEvent => ({
  type: 'CheckedIn',
  data: visit(personId, from, to),
});
const place = (defaultStayMinutes: number | null): DomainEvent => ({
  type: 'PlaceRegistered',
  data: {
    placeId: 'cafe',
    name: 'Cafe',
    kind: 'cafe',
    capacity: null,
    latitude: null,
    longitude: null,
    defaultStayMinutes,
  },
});
const retraction = { sampleId: 's', personId: 'An', disease: 'covid-19', reportedAt: at(0) };
const result = resultOf('An', { sampleId: 's', collectedAt: at(0), result: 'negative' });
const completed = (caseId: string, graphPosition: number): DomainEvent => ({
  type: 'TraceCompleted',
  data: {
    caseId,
    traceId: 't',
    chunks: 0,
    from: at(0),
    until: null,
    profileId: 'p',
    profileVersion: 1,
    graphPosition: `${graphPosition}/${graphPosition}`,
    counts: [],
    factors: 0,
    greatestDegree: 2,
    lingeringMinutes: 0,
  },
});

let asked: TouchedBy[];
let live: string[];
let passed: Position[];
/** The cases that the graph returns for people or stays. */
let touching: (by: TouchedBy) => string[];
let cases: TouchedCases;
let end: number;
/** Whether the graph was emptied and has passed nothing. */
let emptied: boolean;
/** Seconds for which air stays infectious. */
let lingering: number;

beforeEach(() => {
  asked = [];
  passed = [];
  live = ['one', 'other'];
  touching = () => [];
  end = 0;
  emptied = false;
  lingering = 0;
  const graph: GraphPosition & Pick<TracingGraph, 'liveCases' | 'touchedCases'> = {
    position: async () => (emptied ? undefined : positionAt(end)),
    liveCases: async (before) => (before > MIDNIGHT ? live : []),
    touchedCases: async (by) => {
      asked.push(by);
      return touching(by);
    },
  };
  cases = new TouchedCases(
    graph,
    graph,
    async (position) => passed.push(position),
    async () => lingering,
  );
});

type Touching = EventIn<typeof TOUCHING>;
function batch(...events: DomainEvent[]): Batch<Touching> {
  const recorded = events.map((event): RecordedEvent<Touching> => ({
    ...(event as Touching),
    id: `e${++end}`,
    stream: 's',
    revision: 0,
    position: positionAt(end),
    provenance: { source: 'test' },
    recordedAt: new Date(0),
  }));
  return { events: recorded, position: positionAt(end) };
}

const after = async (...events: DomainEvent[]) => (await cases.after(batch(...events))).map(({ caseId }) => caseId);

describe('The cases that events touch', () => {
  it('are queried after the graph has passed the events', async () => {
    touching = () => ['one'];
    expect(await after(checkedIn('An', 0, 600))).toEqual(['one']);
    expect(passed).toEqual([positionAt(1)]);
    expect(asked).toEqual([
      {
        people: ['An'],
        stays: [{ placeId: 'cafe', day: MIDNIGHT / DAY, from: MIDNIGHT, to: MIDNIGHT + 600 }],
        places: [],
        moved: [],
        lingering: 0,
      },
    ]);
  });

  it('wait only for the last of the events, not for the position up to which the log was read', async () => {
    touching = () => ['one'];
    const read = { ...batch(checkedIn('An', 0, 600)), position: positionAt(99) };
    expect(await cases.after(read)).toEqual([{ caseId: 'one', position: positionAt(1) }]);
    expect(passed).toEqual([positionAt(1)]);
  });

  it('do not wait for events that the graph does not project', async () => {
    const { events } = await graphTypes();
    expect(TOUCHING.types.filter((type) => !events.of(type))).toEqual([]);
  });

  it('are looked up after every type of event about people or places', async () => {
    const { streams: all } = await boot();
    const facts = all
      .filter(({ pattern }) => /^(presence|sample|person|place|kinds-of-places)\b/.test(pattern))
      .flatMap(({ events }) => events.types);
    // Each result of a tube repeats what the tube contains, and the record itself repeats a link between records; a
    // held result counts for nothing until it is released.
    const nothing = ['RecordLinked', 'SampleCollected', 'ResultHeld', 'HeldResultSettled'];
    expect(facts.filter((type) => !TOUCHING.of(type))).toEqual(nothing);
  });

  it('are queried in every slot that a stay may reach, a week long while its end is unknown', async () => {
    await after(checkedIn('An', 3_600, null));
    expect(asked[0]?.stays.map(({ day }) => day - MIDNIGHT / DAY)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await after(checkedIn('An', -600, 600), checkedIn('Binh', -600, 0));
    expect(asked[1]?.stays.map(({ day }) => day - MIDNIGHT / DAY)).toEqual([-1, 0, -1]);
  });

  it('are queried in the slot of the previous day if air stays infectious over midnight', async () => {
    lingering = 7_200;
    await after(checkedIn('An', 3_600, 7_000), checkedIn('An', 7_200, 7_300));
    expect(asked[0]?.stays.map(({ day }) => day - MIDNIGHT / DAY)).toEqual([-1, 0, 0]);
    expect(asked[0]?.lingering).toBe(7_200);
  });

  it.each<[string, DomainEvent, string[]]>([
    ['a merged record', { type: 'PersonMerged', data: { personId: 'An', into: 'Binh' } }, ['An', 'Binh']],
    ['a separated record', { type: 'PersonUnmerged', data: { personId: 'An', from: 'Binh' } }, ['An', 'Binh']],
    ['a result', { type: 'TestResultReported', data: result }, ['An']],
    ['a corrected result', { type: 'TestResultCorrected', data: result }, ['An']],
    ['a retracted result', { type: 'TestResultRetracted', data: retraction }, ['An']],
    ['a check-out', { type: 'CheckedOut', data: { ...visit('An', 0, 5), leftAt: at(5) } }, ['An']],
    ['a corrected visit', { type: 'VisitCorrected', data: visit('An', 0, null) }, ['An']],
    ['a retracted visit', { type: 'VisitRetracted', data: { visitId: 'v', personId: 'An' } }, ['An']],
    ['an isolation', { type: 'PersonIsolated', data: { personId: 'An', startedAt: at(0) } }, ['An']],
    ['a release', { type: 'PersonReleased', data: { personId: 'An', startedAt: at(0), endedAt: at(9) } }, ['An']],
    [
      'a nearness',
      {
        type: 'ProximityObserved',
        data: { personA: 'An', personB: 'Binh', startedAt: at(0), endedAt: at(9), distanceMetres: null },
      },
      ['An', 'Binh'],
    ],
  ])('are queried by the people of %s', async (_, event, people) => {
    await after(event);
    expect(asked[0]?.people).toEqual(people);
  });

  it('are all of them if a place changes its usual stay, and none if it changes its name', async () => {
    expect(await after(place(30))).toEqual(['one', 'other']);
    expect(await after(place(null))).toEqual([]);
    const described = place(null);
    expect(await after({ ...described, type: 'PlaceCorrected' } as DomainEvent)).toEqual(['one', 'other']);
  });

  it('are queried by people who may have moved, with the position of that statement, and by a new place', async () => {
    await after(place(null), registered('An', { householdId: 'h' }));
    expect(asked[0]).toMatchObject({ people: [], places: ['cafe'], moved: [{ personId: 'An', at: 2n }] });
  });

  it('are all of them if more arrived than is worth querying', async () => {
    const many = Array.from({ length: 2_001 }, (_, i) => checkedIn(`p${i}`, 0, 600));
    expect(await after(...many)).toEqual(['one', 'other']);
  });

  it('include those from which a visit was moved away, to long before them', async () => {
    touching = ({ people }) => (people.includes('An') ? ['one'] : []);
    const moved: DomainEvent = { type: 'VisitCorrected', data: visit('An', -90 * DAY, -90 * DAY + 600) };
    expect(await after(moved)).toEqual(['one']);
    const many = Array.from({ length: 2_001 }, (_, i) => checkedIn(`p${i}`, -90 * DAY, -90 * DAY + 600));
    expect(await after(...many)).toEqual([]);
    expect(await after(...many, moved)).toEqual(['one']);
  });

  it('are unknown while the graph is empty, and found by asking again', async () => {
    const again = batch(checkedIn('An', 0, 600));
    emptied = true;
    await expect(cases.after(again)).rejects.toThrow(GraphRebuilt);
    emptied = false;
    touching = () => ['one'];
    expect(await cases.after(again)).toEqual([{ caseId: 'one', position: again.position }]);
  });

  it('are none if no case is live', async () => {
    live = [];
    expect(await after(checkedIn('An', 0, 600), place(30))).toEqual([]);
  });
});

describe('A trace that was in progress when something happened', () => {
  it('is repeated if that touches its result', async () => {
    await after(checkedIn('Dung', 0, 600));
    // The graph does not know the person as a contact of the case yet, so nothing is touched.
    expect(await after(checkedIn('An', 0, 600))).toEqual([]);
    touching = ({ people }) => (people.includes('An') ? ['one'] : []);
    expect(await after(completed('one', 1))).toEqual(['one']);
  });

  it('is not repeated for what it had already read, or what touches another case', async () => {
    touching = ({ people }) => (people.includes('An') ? ['other'] : []);
    await after(checkedIn('An', 0, 600));
    expect(await after(completed('one', 1))).toEqual([]);
    expect(await after(checkedIn('An', 0, 600))).toEqual(['other']);
    expect(await after(completed('one', 2))).toEqual([]);
    expect(await after(completed('other', 4))).toEqual([]);
  });

  it('is repeated if it is not known what it may have missed', async () => {
    end = 100;
    expect(await after(checkedIn('An', 0, 600), completed('one', 50))).toEqual(['one']);
  });

  it('is not compared with what was remembered of a former log', async () => {
    touching = ({ people }) => (people.includes('An') ? ['one'] : []);
    end = 500;
    await after(checkedIn('An', 0, 600));
    cases.forget();
    // An older copy, in which traces see less of the log than in the former one.
    end = 10;
    expect(await after(checkedIn('Binh', 0, 600))).toEqual([]);
    expect(await after(completed('one', 11))).toEqual([]);
  });
});
