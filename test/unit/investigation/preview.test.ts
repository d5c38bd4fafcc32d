import { type DomainEvent, anyStream } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { isIsolation, isolationsAbove } from '../../../projections/isolations.js';
import { isStated, testsAbove } from '../../../projections/tests.js';
import { foretold, type Foretold } from '../../../src/alerting/foretold.js';
import type { PersonFacts, TestOf, TraceGraph } from '../../../src/contact-graph/ports.js';
import type { EventStore, RecordedEvent } from '../../../src/event-log/event-store.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { OverlayStore } from '../../../src/event-log/overlay-store.js';
import { graphOf } from '../../oracle/array-graph.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { AlertingRig, CASE } from '../alerting/rig.js';

const PHONE = '+84900000001';
const EMPTY_GRAPH = graphOf({ stays: [], nearness: [], isolations: [], tests: [] });

/** What a graph knows of a person of whom it knows nothing else. */
function factsWith(some: Partial<PersonFacts>): PersonFacts {
  const stays = { keys: [], from: [], to: [] };
  return { stays, nearness: [], isolations: [], tests: [], household: [], ...some };
}

async function testsOf(graph: TraceGraph, disease: string): Promise<TestOf[] | undefined> {
  return (await graph.people([{ number: 1, after: 0 }], null, disease)).get(1)?.tests;
}

async function isolationsOf(graph: TraceGraph, number: number): Promise<number[] | undefined> {
  return (await graph.people([{ number, after: 0 }], null, null)).get(number)?.isolations;
}

const OWN = caseIdOf('an', 'covid-19', 0);

async function rigWith(...people: string[]): Promise<AlertingRig> {
  const rig = new AlertingRig();
  rig.gathers = true;
  rig.restart();
  for (const [i, person] of people.entries()) await rig.register(person, `+8490000000${i + 1}`);
  await rig.confirm();
  return rig;
}

/** A preview of what happens, without any of it in the log. */
async function preview(rig: AlertingRig, happens: () => Promise<void>): Promise<Foretold> {
  const known = [...rig.store.all];
  await happens();
  const store: EventStore = {
    append: () => Promise.reject(new Error('nothing is stored')),
    read: async function* (stream, from = 0) {
      for (const event of known) {
        if (event.stream === stream.name && event.revision >= from && stream.events.includes(event)) yield event;
      }
    },
    isBehind: () => Promise.resolve(false),
    follow: () => {
      throw new Error('nothing is followed');
    },
    close: () => Promise.resolve(),
  };
  const overlay = new OverlayStore(store, { commit: 1n, prepare: 1n }, () => rig.now);
  for (const event of rig.store.all.slice(known.length)) {
    await overlay.append(anyStream(event.stream), [{ id: event.id, event, provenance: event.provenance }], 'any');
  }
  const alerts = async ({ personId }: { personId?: string }) =>
    known.flatMap(({ type, data }) =>
      type === 'AlertRequested' && data.personId === personId ? [{ alertId: data.alertId }] : [],
    );
  const config = {
    ...{ now: () => rig.now, zone: 'Asia/Ho_Chi_Minh', alertMergeHours: 12, alertGatherMinutes: 2, phoneDaily: 4 },
    ...{ brake: rig.brake, senderName: undefined, contactLine: '1900 9095', language: 'vi' },
  };
  return foretold({
    alerts: { ...rig.usually, alerts },
    places: rig.usually,
    store,
    overlay,
    sealing: rig.sealing,
    config,
  });
}

describe('A preview', () => {
  it('says who would be informed, in how many messages, and stores nothing', async () => {
    const rig = await rigWith('an', 'binh');
    await rig.register('chi', PHONE);
    const found = await preview(rig, () => rig.trace({ an: 1, binh: 2, chi: 2 }));
    expect(found).toMatchObject({ told_again: [], told_already: [], messages: { vi: 2 }, waiting: 0 });
    expect([...found.told].sort()).toEqual(['an', 'binh', 'chi']);
  });

  it('has the brake count the people who would be informed, and not all contacts', async () => {
    const people = Array.from({ length: 150 }, (_, i) => `person ${i}`);
    const rig = await rigWith('an');
    await rig.trace(Object.fromEntries(people.map((person) => [person, 2 as const])));
    await rig.drain();
    rig.brake = { contacts: 1_000_000, daily: 120, times: 3 };
    const all = Object.fromEntries(people.map((person) => [person, 2 as const]));
    expect(await preview(rig, () => rig.trace({ ...all, an: 1 }))).toMatchObject({ waiting: 0, told: ['an'] });
  });

  it('says that contacts would wait if so many would be informed', async () => {
    const people = Array.from({ length: 150 }, (_, i) => [`person ${i}`, 2 as const] as const);
    const rig = await rigWith('an');
    rig.brake = { contacts: 120, daily: 1_000_000, times: 3 };
    expect(await preview(rig, () => rig.trace(Object.fromEntries(people)))).toMatchObject({ waiting: 150, told: [] });
  });

  it("considers the contacts' own cases: if one is retracted, its person is informed about the others", async () => {
    const rig = await rigWith('an');
    await rig.confirm(OWN, 'an');
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.alerts('an').at(-1)).toMatchObject({ failure: 'is-a-case' });
    expect(await preview(rig, () => rig.retract(OWN))).toMatchObject({ told: ['an'], told_again: [] });
  });

  it("says that people's own live cases keep them from being informed", async () => {
    const rig = await rigWith('an');
    await rig.confirm(OWN, 'an');
    await rig.drain();
    expect(await preview(rig, () => rig.trace({ an: 1 }))).toMatchObject({ told: [], not_told: ['an'] });
  });

  it('says of people whose message still waits that they would be informed, and not that they were', async () => {
    const rig = await rigWith('an');
    await rig.register('binh', PHONE);
    await rig.trace({ an: 1 });
    await rig.gather();
    expect(rig.provider.messages).toEqual([]);
    const found = await preview(rig, () => rig.trace({ an: 1, binh: 1 }));
    expect(found).toMatchObject({ told: ['binh'], told_already: [], messages: {} });
    await rig.drain();
    await rig.register('chi', PHONE);
    const then = await preview(rig, () => rig.trace({ an: 1, binh: 1, chi: 1 }));
    expect(then).toMatchObject({ told: [], told_already: ['chi'] });
  });

  it('only counts people as informed again if they were informed before', async () => {
    const rig = await rigWith('an');
    await rig.trace({ an: 2 });
    await rig.gather();
    await rig.trace({});
    await rig.gather();
    expect(await preview(rig, () => rig.trace({ an: 1 }))).toMatchObject({ told: ['an'], told_again: [] });
    await rig.drain();
    await rig.trace({ an: 2 });
    await rig.drain();
  });

  it('says what a negative result would take back, and whose message would not be sent', async () => {
    const rig = await rigWith('an', 'binh');
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({ an: 1, binh: 1 });
    await rig.gather();
    const found = await preview(rig, async () => {
      await rig.retract();
      await rig.trace({});
    });
    expect(found).toMatchObject({ taken_back: ['an'], called_off: ['binh'], told: [], messages: { vi: 1 } });
    expect(found.cases).toEqual({ opened: [], retracted: [CASE], changed: [] });
  });

  it('does not fail because of a message that is being handed over at this moment', async () => {
    const rig = await rigWith('an');
    const alertId = alertIdOf(CASE, 'an', 0);
    await rig.trace({ an: 1 });
    await rig.gather();
    const event: DomainEvent = { type: 'MessageHandedOver', data: { alertId, message: 'alert', provider: 'gateway' } };
    rig.now = Date.now();
    await rig.store.append(
      anyStream(`alert-${alertId}`),
      [{ id: 'handed', event, provenance: { source: 'test' } }],
      'any',
    );
    const found = await preview(rig, () => rig.retract());
    expect(found).toMatchObject({ taken_back: ['an'], messages: { vi: 1 } });
  });
});

describe('The samples of a previewed trace', () => {
  const said = async (...results: ['negative' | 'positive' | 'taken back', string][]) => {
    const log = new MemoryEventStore();
    for (const [i, [result, reportedAt]] of results.entries()) {
      const common = { sampleId: 's', personId: 'f1', disease: 'covid-19', reportedAt };
      const data = {
        ...{ ...common, collectedAt: '2021-08-05T02:00:00Z', result: result === 'taken back' ? 'negative' : result },
        ...{
          onsetAt: null,
          infectiousFrom: null,
          infectiousUntil: null,
          rashAt: null,
          poolSize: 1,
          method: 'pcr',
          ct: null,
        },
      };
      const event =
        result === 'taken back'
          ? { type: 'TestResultRetracted', data: common }
          : { type: i === 0 ? 'TestResultReported' : 'TestResultCorrected', data };
      log.unchecked = true;
      const provenance = { source: 'laboratory', laboratory: true };
      await log.append(anyStream('sample-s'), [{ id: `${i}`, event: event as DomainEvent, provenance }], 'any');
    }
    return log;
  };
  const inGraph = (tests: TestOf[]): TraceGraph => ({
    ...EMPTY_GRAPH,
    people: async () => new Map([[1, factsWith({ tests })]]),
    personIds: async () => new Map([[1, 'f1']]),
  });
  const at = 1_628_128_800;
  const negative: TestOf = { collectedAt: at, outcome: 'negative', ct: null };
  const positive: TestOf = { ...negative, outcome: 'positive' };

  it('include a negative result that is not in the graph', async () => {
    const log = await said(['negative', '2021-08-06T00:00:00Z']);
    const graph = testsAbove(inGraph([]), new MemoryEventStore(), log, log.all.filter(isStated));
    expect(await testsOf(graph, 'covid-19')).toEqual([negative]);
    expect(await testsOf(graph, 'measles')).toEqual([]);
  });

  it.each([
    ['a correction in the place of what it corrects', 'negative', [negative]],
    ['nothing in the place of what is taken back', 'taken back', []],
  ] as const)('include %s', async (_, then, found) => {
    const log = await said(['positive', '2021-08-06T00:00:00Z']);
    const all = await said(['positive', '2021-08-06T00:00:00Z'], [then, '2021-08-07T00:00:00Z']);
    const graph = testsAbove(inGraph([positive]), log, all, all.all.slice(1).filter(isStated));
    expect(await testsOf(graph, 'covid-19')).toEqual(found);
  });

  const EARLIER = '2021-08-06T00:00:00Z';
  const LATER = '2021-08-07T00:00:00Z';

  it.each([
    ['the oldest', [EARLIER, LATER]],
    ['the newest', [LATER, EARLIER]],
  ])('include, from a list that begins with %s, what was reported last', async (_, moments) => {
    const log = await said(
      ...moments.map((at): ['negative' | 'positive', string] => [at === LATER ? 'negative' : 'positive', at]),
    );
    const graph = testsAbove(inGraph([]), new MemoryEventStore(), log, log.all.filter(isStated));
    expect(await testsOf(graph, 'covid-19')).toEqual([negative]);
  });

  it('stay as they are if an older report is stated', async () => {
    const log = await said(['positive', LATER]);
    const all = await said(['positive', LATER], ['negative', EARLIER]);
    const graph = testsAbove(inGraph([positive]), log, all, all.all.slice(1).filter(isStated));
    expect(await testsOf(graph, 'covid-19')).toEqual([positive]);
  });
});

describe('The isolations of a previewed trace', () => {
  const AT = [1_628_128_800, 1_628_215_200, 1_628_301_600] as const;
  const text = (at: number) => new Date(at * 1000).toISOString();
  const isolated = (personId: string, startedAt: number) =>
    ({ type: 'PersonIsolated', data: { personId, startedAt: text(startedAt) } }) as RecordedEvent;
  const released = (personId: string, startedAt: number, endedAt: number) =>
    ({
      type: 'PersonReleased',
      data: { personId, startedAt: text(startedAt), endedAt: text(endedAt) },
    }) as RecordedEvent;
  /** an and an's second record have the same number. */
  const numbers: Record<string, number> = { an: 1, 'an-2': 1, binh: 2 };
  const inGraph = (known: Record<number, number[]>): TraceGraph => ({
    ...EMPTY_GRAPH,
    person: async (id) => {
      return numbers[id];
    },
    people: async (persons) =>
      new Map(persons.map(({ number }) => [number, factsWith({ isolations: [...(known[number] ?? [])] })])),
  });
  const above = (known: Record<number, number[]>, ...events: RecordedEvent[]) =>
    isolationsAbove(inGraph(known), events.filter(isIsolation));

  it('include those that are not in the graph, for the case and for contacts', async () => {
    const graph = above(
      { 2: [AT[1], 0] },
      isolated('an', AT[0]),
      isolated('binh', AT[0]),
      released('binh', AT[0], AT[1]),
    );
    expect(await isolationsOf(graph, 1)).toEqual([AT[0], 0]);
    expect(await isolationsOf(graph, 2)).toEqual([AT[0], AT[1], AT[1], 0]);
    expect(await isolationsOf(graph, 3)).toEqual([]);
  });

  it('end where an end is stated or corrected, and no others do', async () => {
    const graph = above({ 1: [AT[0], 0, AT[1], 0] }, released('an', AT[0], AT[2]));
    expect(await isolationsOf(graph, 1)).toEqual([AT[0], AT[2], AT[1], 0]);
  });

  it('are those of all records of a person, as the graph joins them', async () => {
    const known = { 1: [AT[0], AT[1], AT[0], 0] };
    expect(await isolationsOf(above(known, isolated('an-2', AT[2])), 1)).toEqual([...known[1], AT[2], 0]);
  });

  it('belong to nobody whom the graph does not know', async () => {
    const graph = above({ 2: [AT[1], 0] }, isolated('nobody', AT[0]));
    expect(await graph.person('nobody')).toBeUndefined();
    expect(await isolationsOf(graph, 1)).toEqual([]);
    expect(await isolationsOf(graph, 2)).toEqual([AT[1], 0]);
  });
});
