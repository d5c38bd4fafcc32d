import type { Contact } from '../../../src/cases/events.js';
import { streams } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addToContactList, emptyContactList, type ContactList } from '../../../src/tracing/contacts.js';
import { caseDecider, type CaseCommand } from '../../../src/cases/case.js';
import { formatInstant, readInstant } from '../../../src/kernel/instant.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import type { GraphPosition } from '../../../src/contact-graph/graph-position.js';
import type { TraceGraph } from '../../../src/contact-graph/ports.js';
import { comparePositions, WrongRevision, type Position } from '../../../src/event-log/event-store.js';
import { handle } from '../../../src/event-log/handle.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { GraphBehind, traceCase } from '../../../src/tracing/worker.js';
import { graphOf } from '../../oracle/array-graph.js';
import { expectedContacts, type World } from '../../oracle/oracle.js';
import { MIDNIGHT, questionOf, world } from '../../oracle/worlds.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { runs, seeded } from '../../support/sizes.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { resultOf } from '../../support/builders/results.js';

const calendar = calendarOf('Asia/Ho_Chi_Minh');

const profile = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
const caseId = 'case-of-an';
const collectedAt = formatInstant(MIDNIGHT);
const nothing: World = { stays: [], nearness: [], isolations: [], tests: [] };

class Rig {
  readonly store = new MemoryEventStore();
  world: World = nothing;
  /** The positions that the graph reports, one after another; the last one stays. */
  positions: Position[] = [];
  readonly read: Position[] = [];

  readonly graph: GraphPosition = {
    position: async () => (this.positions.length > 1 ? this.positions.shift() : this.positions[0]) ?? this.end,
  };

  get end(): Position {
    return this.store.all.at(-1)?.position ?? { commit: 0n, prepare: 0n };
  }

  command(command: CaseCommand) {
    return handle(this.store, caseDecider, streams.case(caseId), command, { source: 'test' });
  }

  confirm({
    infectiousUntil = null,
    rules = profile,
  }: { infectiousUntil?: string | null; rules?: DiseaseProfile } = {}) {
    const result = resultOf('An', { sampleId: 's1', collectedAt, infectiousUntil });
    return this.command({ type: 'ConfirmBySample', caseId, result, profile: rules, calendar });
  }

  trace(signal?: AbortSignal, past?: Position) {
    const { store, graph } = this;
    const reading = <T>(run: (graph: TraceGraph) => Promise<T>, past: Position) => {
      this.read.push(past);
      return run(graphOf(this.world));
    };
    const job = past ? { commit: `${past.commit}`, prepare: `${past.prepare}` } : {};
    return traceCase({ caseId, ...job }, { store, graph, reading, ...(signal && { signal }) });
  }

  async list(): Promise<ContactList> {
    const list = emptyContactList();
    for await (const event of this.store.read(streams.case(caseId))) addToContactList(list, event);
    return list;
  }
}

function expectedOf(facts: World) {
  const window = { from: MIDNIGHT - 3 * 86_400, until: null, anchorAt: MIDNIGHT };
  const { degrees } = expectedContacts(facts, questionOf(profile, { person: 'An', ...window }));
  const short = (degree: number) => (each: { person: string; first: number; seconds: number }) => ({
    person: each.person,
    degree,
    first: each.first,
    seconds: each.seconds,
  });
  return degrees.flatMap((found, i) => found.map(short(i + 1))).sort((a, b) => (a.person < b.person ? -1 : 1));
}

function foundIn({ contacts }: ContactList) {
  return [...contacts.values()]
    .map(({ personId, degree, firstExposureAt, minutes }) => ({
      person: personId,
      degree,
      first: readInstant(firstExposureAt),
      seconds: Math.round(minutes * 60),
    }))
    .sort((a, b) => (a.person < b.person ? -1 : 1));
}

const near = (other: string, from = MIDNIGHT, to = MIDNIGHT + 60) => ({ a: 'An', b: other, from, to, distance: null });

describe('Tracing a case again and again', () => {
  it('gives the same list as tracing it once from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(world, { minLength: 1, maxLength: 4 }), async (worlds) => {
        const rig = new Rig();
        await rig.confirm();
        for (const facts of worlds) {
          rig.world = facts;
          await rig.trace();
          const list = await rig.list();
          expect(foundIn(list)).toEqual(expectedOf(facts));
          expect(list.due).toBe(false);
          // Everything about each contact is the same, not only what the oracle knows.
          const fresh = new Rig();
          await fresh.confirm();
          fresh.world = facts;
          await fresh.trace();
          const byPerson = (a: Contact, b: Contact) => (a.personId < b.personId ? -1 : 1);
          expect([...list.contacts.values()].sort(byPerson)).toEqual(
            [...(await fresh.list()).contacts.values()].sort(byPerson),
          );
        }
      }),
      seeded(runs(20)),
    );
  });

  it('appends nothing when nothing changed', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')] };
    expect(await rig.trace()).toEqual({ changed: true, counts: [1] });
    const { length } = rig.store.all;
    expect(await rig.trace()).toEqual({ changed: false, counts: [1] });
    expect(rig.store.all).toHaveLength(length);
  });

  it('does not read the graph if the latest trace had read everything, and does so for later events', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')] };
    await rig.trace();
    const seen = rig.read.at(-1) as Position;
    rig.world = { ...nothing, nearness: [near('Binh'), near('Chi')] };
    expect(await rig.trace(undefined, seen)).toEqual({ changed: false, counts: [1] });
    expect(rig.read).toHaveLength(1);
    expect(await rig.trace(undefined, rig.end)).toEqual({ changed: true, counts: [2] });
    // The case itself has changed since: an earlier event requires that, too.
    await rig.command({ type: 'WithdrawSample', caseId, sampleId: 's1', profile, calendar, reason: 'retracted' });
    expect(await rig.trace(undefined, seen)).toMatchObject({ changed: true });
    expect((await rig.list()).contacts.size).toBe(0);
  });

  it('appends only what changed', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh'), near('Chi'), near('Dung')] };
    await rig.trace();
    rig.world = { ...nothing, nearness: [near('Binh'), near('Chi', MIDNIGHT + 10), near('Em')] };
    await rig.trace();
    const last = rig.store.all.findLast(({ type }) => type === 'ContactsTraced');
    if (last?.type !== 'ContactsTraced') throw new Error('nothing was traced');
    expect(last.data.found.map(({ personId }) => personId).sort()).toEqual(['Chi', 'Em']);
    expect(last.data.gone).toEqual(['Dung']);
  });

  it('empties the list of a case that was retracted, without reading the graph', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')] };
    await rig.trace();
    await rig.command({ type: 'WithdrawSample', caseId, sampleId: 's1', profile, calendar, reason: 'retracted' });
    expect(await rig.trace()).toEqual({ changed: true, counts: [] });
    expect(foundIn(await rig.list())).toEqual([]);
    expect(rig.read).toHaveLength(1);
  });

  it('shows the window that isolation shortens', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')], isolations: [{ person: 'An', from: MIDNIGHT + 30, to: null }] };
    await rig.trace();
    expect((await rig.list()).latest).toMatchObject({
      from: formatInstant(MIDNIGHT - 3 * 86_400),
      until: formatInstant(MIDNIGHT + 30),
    });
  });

  it('ends a window of days with isolation too, but not one that an investigator stated', async () => {
    const rules = builtInProfiles().find(({ id }) => id === 'covid-19-who') as DiseaseProfile;
    expect(rules.infectious.end).toMatchObject({ type: 'days' });
    const stated = formatInstant(MIDNIGHT + 5 * 86_400);
    for (const [infectiousUntil, until] of [
      [null, formatInstant(MIDNIGHT + 30)],
      [stated, stated],
    ] as const) {
      const rig = new Rig();
      await rig.confirm({ rules, infectiousUntil });
      rig.world = {
        ...nothing,
        isolations: [{ person: 'An', from: MIDNIGHT + 30, to: null }],
        nearness: [near('Binh')],
      };
      await rig.trace();
      expect((await rig.list()).latest).toMatchObject({ until });
    }
  });

  it('finds people whom a case met after isolation, until the next isolation or the end by the rule', async () => {
    const measles = builtInProfiles().find(({ id }) => id === 'measles-who') as DiseaseProfile;
    const day = (days: number) => MIDNIGHT + days * 86_400;
    const met = (b: string, from: number) => ({ a: 'An', b, from, to: from + 60, distance: null });
    const nearness = [met('before', day(0.5)), met('isolated', day(1.5)), met('wedding', day(2.2))];
    const left = { person: 'An', from: day(1), to: day(2) };
    for (const [rules, end] of [
      [measles, day(4)],
      [profile, null],
    ] as const) {
      const rig = new Rig();
      await rig.confirm({ rules });
      rig.world = {
        ...nothing,
        nearness: [...nearness, met('later', day(3.5)), met('over', day(5))],
        isolations: [left],
      };
      await rig.trace();
      const isolated = [{ from: formatInstant(day(1)), until: formatInstant(day(2)) }];
      expect((await rig.list()).latest).toMatchObject({ until: end && formatInstant(end), isolated });
      const found = ['before', 'later', 'wedding', ...(end ? [] : ['over'])].sort();
      expect([...(await rig.list()).contacts.keys()].sort()).toEqual(found);

      rig.world = { ...rig.world, isolations: [left, { person: 'An', from: day(3), to: null }] };
      await rig.trace();
      expect((await rig.list()).latest).toMatchObject({ until: formatInstant(day(3)), isolated });
      expect([...(await rig.list()).contacts.keys()].sort()).toEqual(['before', 'wedding']);
    }
  });

  it('ignores an isolation that ended when it began', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = {
      ...nothing,
      nearness: [near('Binh')],
      isolations: [
        { person: 'An', from: MIDNIGHT - 60, to: MIDNIGHT - 60 },
        { person: 'An', from: MIDNIGHT + 600, to: MIDNIGHT + 600 },
      ],
    };
    expect(await rig.trace()).toEqual({ changed: true, counts: [1] });
    expect((await rig.list()).latest).toMatchObject({ until: null });
  });

  it('finds people whom a contact met after a release, if it was exposed in isolation, and after the next', async () => {
    const rig = new Rig();
    await rig.confirm();
    const met = (b: string, from: number) => ({ a: 'Binh', b, from, to: from + 60, distance: null });
    rig.world = {
      ...nothing,
      nearness: [near('Binh'), met('Chi', MIDNIGHT + 300), met('Dung', MIDNIGHT + 900), met('Em', MIDNIGHT + 1_800)],
      isolations: [
        { person: 'Binh', from: MIDNIGHT - 86_400, to: MIDNIGHT + 600 },
        { person: 'Binh', from: MIDNIGHT + 1_200, to: MIDNIGHT + 1_800 },
      ],
    };
    await rig.trace();
    expect([...(await rig.list()).contacts.keys()].sort()).toEqual(['Binh', 'Dung', 'Em']);
  });

  it('joins a meeting over midnight', async () => {
    const rig = new Rig();
    await rig.confirm();
    const stay = { place: 'cafe', from: MIDNIGHT - 600, to: MIDNIGHT + 600 };
    rig.world = {
      ...nothing,
      stays: [
        { person: 'An', ...stay },
        { person: 'Binh', ...stay },
      ],
    };
    await rig.trace();
    expect((await rig.list()).contacts.get('Binh')?.meetings).toEqual([
      { placeId: 'cafe', from: formatInstant(stay.from), to: formatInstant(stay.to), imputed: false, lingering: false },
    ]);
  });

  it('waits for a rebuilt graph to reach again what the last trace had read', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')] };
    const confirmed = rig.end;
    const further = { commit: confirmed.commit + 1_000n, prepare: confirmed.prepare + 1_000n };
    rig.positions = [further];
    await rig.trace();
    // The graph contains the case again, but not yet the later visits.
    rig.positions = [confirmed, confirmed, further];
    await rig.trace();
    expect(rig.positions).toEqual([further]);
    expect(rig.read.every((past) => comparePositions(past, further) === 0)).toBe(true);
  });

  it('stops waiting for a graph that is behind when it is stopped', async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.positions = [{ commit: 0n, prepare: 0n }];
    const stopping = new AbortController();
    const tracing = expect(rig.trace(stopping.signal)).rejects.toThrow(GraphBehind);
    stopping.abort();
    await tracing;
  });

  it("lets one of two workers win, and discards the other's result", async () => {
    const rig = new Rig();
    await rig.confirm();
    rig.world = { ...nothing, nearness: [near('Binh')] };
    const outcomes = await Promise.allSettled([rig.trace(), rig.trace()]);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toBeInstanceOf(WrongRevision);
    expect(foundIn(await rig.list())).toEqual(expectedOf(rig.world));
    expect(await rig.trace()).toMatchObject({ changed: false });
  });
});
