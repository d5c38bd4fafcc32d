import type { DomainEvent } from '../support/events.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { PARTITIONS } from '../../src/contact-graph/checkpoints.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { GraphWriter } from '../../src/contact-graph/projector.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { comparePositions, type RecordedEvent } from '../../src/event-log/event-store.js';
import { trace } from '../../src/tracing/engine.js';
import { history, renamed, whoIs, worldAfter } from '../oracle/facts.js';
import { expectedContacts, type Question } from '../oracle/oracle.js';
import { answerOf, inputOf, PEOPLE, question } from '../oracle/worlds.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import {
  checkedOut,
  everythingOf,
  failing,
  LOST_POWER,
  openWriter,
  placeFacts,
  recorded,
  storeOf,
  textOf,
  visitFacts,
} from '../support/graph.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';
import { staysInGraph } from '../support/stays.js';

/** Milliseconds for one test on a busy machine. */
const SLOWEST = limit(180_000);

const DAY = 86_400;

/** Events that a server stores again if it forgot their ids: those that are appended without a revision. */
const COPIED = new Set(['CheckedIn', 'CheckedOut', 'VisitCorrected', 'VisitRetracted', 'ProximityObserved']);

/** The graph holds what the log says, and answers every trace exactly. */
export function exactness(driverOf: () => Driver): void {
  /** All events that were ever fed, in log order: a rebuild needs all of them again. */
  const log: RecordedEvent<DomainEvent>[] = [];
  let played = 0;

  function append(events: readonly DomainEvent[], copies: readonly [number, number][] = []): RecordedEvent[] {
    const appended = withCopies(recorded(events, log.length + 1), copies);
    log.push(...appended);
    return appended;
  }

  /**
   * Copies of what was said of visits and meetings, each with the id of the original and somewhere after it: a server
   * that forgot the id stores it again.
   */
  function withCopies(
    events: readonly RecordedEvent<DomainEvent>[],
    copies: readonly [original: number, later: number][],
  ): RecordedEvent<DomainEvent>[] {
    const all = [...events];
    const first = events[0]?.position.commit ?? 1n;
    for (const [original, later] of copies) {
      const event = all[original % all.length];
      if (!event || !COPIED.has(event.type)) continue;
      const after = all.indexOf(event) + 1;
      all.splice(after + (later % (all.length - after + 1)), 0, event);
    }
    return all.map((event, i) => {
      const commit = first + BigInt(i);
      return { ...event, revision: Number(commit), position: { commit, prepare: commit } };
    });
  }

  function unseen(writer: GraphWriter): RecordedEvent[] {
    const { passed } = writer;
    return log.filter(({ position }) => !passed || comparePositions(position, passed) > 0);
  }

  /** Feeds what the writer has not passed, in batches of these sizes; one is prepared while another is committed. */
  async function feed(writer: GraphWriter, sizes: Iterator<number>, upTo = Infinity): Promise<void> {
    const events = unseen(writer);
    for (let from = 0; from < Math.min(upTo, events.length);) {
      const batch = events.slice(from, from + (sizes.next().value as number));
      if (batch.length === 0) break;
      from += batch.length;
      const last = batch[batch.length - 1] as RecordedEvent;
      await writer.write({ events: batch, position: last.position });
    }
    await writer.settle();
  }

  /** Slots and diaries contain every stay once, day by day, and nothing else. */
  async function expectStays(events: readonly DomainEvent[], prefix: string) {
    const records = events.filter(({ type }) => type !== 'PersonMerged');
    const expected = worldAfter(records).stays.flatMap(({ person, place, from, to }) => {
      const days: string[] = [];
      for (let start = from; start < to; start += DAY - (start % DAY)) {
        const end = Math.min(to, start + DAY - (start % DAY));
        days.push(`${person} ${place} ${Math.floor(start / DAY)} ${start} ${end}`);
      }
      return days;
    });
    const found = await staysInGraph(driverOf(), prefix);
    const stays = found.map(({ person, place, day, from, to }) => `${person} ${place} ${day} ${from} ${to}`);
    expect(stays.sort()).toEqual(expected.sort());
  }

  const doubled = fc.constantFrom(
    (events: DomainEvent[]) => events,
    (events: DomainEvent[]) => events.flatMap((event) => [event, event]),
    (events: DomainEvent[]) => [...events, ...events],
  );
  const copied = fc.array(fc.tuple(fc.nat(200), fc.nat(200)), { maxLength: 12 });
  const histories = fc.tuple(history, doubled, copied);
  const sizes = fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 20, max: 60 })));
  const crashes = fc.array(
    fc.record({
      after: fc.nat(30),
      lost: fc.subarray([...PARTITIONS], { minLength: 1, maxLength: PARTITIONS.length }),
    }),
    { maxLength: 2 },
  );
  const asked = fc.array(question, { minLength: 3, maxLength: 3 });

  async function expectExact(events: readonly DomainEvent[], prefix: string, questions: Question[], cache: TraceCache) {
    const world = worldAfter(events);
    for (const each of questions) {
      const named = { ...each, person: `${prefix}${each.person}` };
      const found = await withTraceGraph(driverOf(), cache, (graph) => trace(graph, inputOf(named)));
      expect(answerOf(found)).toEqual(expectedContacts(world, { ...named, person: whoIs(events)(named.person) }));
    }
  }

  describe('The contact graph', () => {
    beforeAll(() => wipe(driverOf()));

    it(
      'answers every trace exactly, whatever was repeated, corrected, retracted or interrupted by a crash',
      async () => {
        const cache = new TraceCache(1_000_000);
        const until = deadline(ENOUGH);
        await assertWithSeeds(
          fc.asyncProperty(
            histories,
            sizes,
            crashes,
            asked,
            async ([facts, twice, copies], batches, lost, questions) => {
              if (until.passed()) return;
              const prefix = `${++played}-`;
              const events = twice(renamed(facts, prefix));
              const broken = failing(driverOf());
              let writer = await openWriter(broken, storeOf(log));
              append(events, copies);
              for (const crash of lost) {
                await feed(writer, batches, crash.after);
                crash.lost.forEach((partition) => broken.fail.add(partition));
                // A partition that is ahead because of an earlier crash may have nothing to write.
                await feed(writer, batches).catch((error: Error) => expect(error.message).toBe(LOST_POWER));
                broken.fail.clear();
                writer = await openWriter(broken, storeOf(log));
              }
              await feed(writer, batches);
              await expectStays(events, prefix);
              await expectExact(events, prefix, questions, cache);
            },
          ),
          seeded(runs(3)),
        );
      },
      SLOWEST,
    );

    it.each([[['slots-0']], [['slots-1']], [['diaries-0']], [['diaries-1']], [['facts']], [['slots-0', 'facts']]])(
      'accepts a batch again in other portions after a crash that lost the part of %j',
      async (lost) => {
        const prefix = `${++played}-`;
        const moved = ['cafe', 'market', 'pool', 'bus', 'cafe'].map((place, i): DomainEvent => ({
          type: 'VisitCorrected',
          data: visitFacts('An', place, i, i + 90),
        }));
        const events = renamed([...moved, { type: 'CheckedIn', data: visitFacts('Binh', 'cafe', 0, 50) }], prefix);
        append(events);
        const broken = failing(driverOf());
        const writer = await openWriter(broken, storeOf(log));
        await feed(writer, [1].values(), 1);
        lost.forEach((partition) => broken.fail.add(partition));
        await expect(feed(writer, [4].values(), 4)).rejects.toThrow(LOST_POWER);
        broken.fail.clear();
        await feed(await openWriter(broken, storeOf(log)), [2, 3].values());
        await expectStays(events, prefix);
        await expectExact(events, prefix, [everythingOf('An')], new TraceCache(1_000_000));
      },
      SLOWEST,
    );

    const atCafe = visitFacts('An', 'cafe', 0, 60);
    const nearBinh = (minutes: number): DomainEvent => ({
      type: 'ProximityObserved',
      data: {
        ...{ personA: 'An', personB: 'Binh', distanceMetres: 1 },
        ...{ startedAt: textOf(0), endedAt: textOf(minutes) },
      },
    });

    it.each<[string, DomainEvent, DomainEvent]>([
      [
        'a check-in after a correction of its times',
        { type: 'CheckedIn', data: atCafe },
        { type: 'VisitCorrected', data: visitFacts('An', 'cafe', 30, 40) },
      ],
      [
        'a check-in after the visit was moved to another place',
        { type: 'CheckedIn', data: atCafe },
        { type: 'VisitCorrected', data: visitFacts('An', 'market', 0, 60) },
      ],
      [
        'a check-in after the visit was moved to another month',
        { type: 'CheckedIn', data: atCafe },
        { type: 'VisitCorrected', data: visitFacts('An', 'cafe', 50_000, 50_060) },
      ],
      [
        'a check-in after a retraction',
        { type: 'CheckedIn', data: atCafe },
        { type: 'VisitRetracted', data: { personId: 'An', visitId: 'v' } },
      ],
      [
        'a retraction after the check-in that it came before',
        { type: 'VisitRetracted', data: { personId: 'An', visitId: 'v' } },
        { type: 'CheckedIn', data: atCafe },
      ],
      ['a meeting of phones after it was corrected', nearBinh(60), nearBinh(0)],
    ])(
      'stays as it is when a server stores once more %s, in the same batch or after a restart',
      async (_, original, later) => {
        for (const [size, restarts] of [
          [10, false],
          [1, false],
          [1, true],
        ] as const) {
          const prefix = `${++played}-`;
          const others: DomainEvent[] = [
            { type: 'CheckedIn', data: visitFacts('Chi', 'cafe', 0, 60) },
            { type: 'CheckedIn', data: visitFacts('Dung', 'market', 0, 60) },
          ];
          const events = renamed([original, later, ...others], prefix);
          // The copy comes last, and again after that.
          append(events, [
            [0, events.length - 1],
            [0, events.length],
          ]);
          for (let writer = await openWriter(driverOf(), storeOf(log)); unseen(writer).length > 0;) {
            await feed(writer, [size].values(), restarts ? size : Infinity);
            if (restarts || size > 1) writer = await openWriter(driverOf(), storeOf(log));
          }
          await expectStays(events, prefix);
          const asked = ['An', 'Binh'].map(everythingOf);
          await expectExact(events, prefix, asked, new TraceCache(1_000_000));
        }
      },
      SLOWEST,
    );

    it(
      'distinguishes visits of a person that share a number, even after a start',
      async () => {
        const prefix = `${++played}-`;
        const stays = [0, 1, 2, 3, 4].map((i) => ({
          ...visitFacts('An', 'cafe', i * 100, i * 100 + 50),
          // The first eight digits become the number; here they are equal, or the next free number.
          visitId: `0000001${i === 2 ? 1 : 0}-0000-5000-8000-00000${i}000000`,
        }));
        const events = renamed(
          [
            { type: 'CheckedIn', data: visitFacts('Binh', 'cafe', 0, 1000) },
            ...stays.map((data): DomainEvent => ({ type: 'CheckedIn', data })),
            ...stays.map((data) => checkedOut(data, textOf(460))),
            { type: 'VisitRetracted', data: { personId: 'An', visitId: stays[3]?.visitId ?? '' } },
          ],
          prefix,
        );
        append(events);
        for (const size of [4, 5, 6]) await feed(await openWriter(driverOf(), storeOf(log)), [size].values(), size);
        await expectExact(events, prefix, [everythingOf('An'), everythingOf('Binh')], new TraceCache(1_000_000));
      },
      SLOWEST,
    );

    it(
      'handles visits at a place whose first visit was corrected away in the same batch',
      async () => {
        const prefix = `${++played}-`;
        const events = renamed(
          [
            { type: 'CheckedIn', data: visitFacts('An', 'cafe', 0, 50) },
            { type: 'VisitCorrected', data: visitFacts('An', 'market', 0, 50) },
            { type: 'CheckedIn', data: visitFacts('Binh', 'cafe', 0, 50) },
            { type: 'CheckedIn', data: visitFacts('Chi', 'cafe', 10, 50) },
          ],
          prefix,
        );
        append(events);
        await feed(await openWriter(driverOf(), storeOf(log)), [2, 2].values());
        await expectExact(events, prefix, [everythingOf('Binh')], new TraceCache(1_000_000));
      },
      SLOWEST,
    );

    it.each<[string, DomainEvent]>([
      ['retracted', { type: 'VisitRetracted', data: { visitId: 'v', personId: 'An' } }],
      ['corrected to another place', { type: 'VisitCorrected', data: visitFacts('An', 'market', 10, 40) }],
      ['corrected to other times', { type: 'VisitCorrected', data: visitFacts('An', 'cafe', 100, 130) }],
      ['ended', checkedOut(visitFacts('An', 'cafe', 0, 10), textOf(10))],
    ])('handles a visit %s in the same batch in which the usual stay at its place became longer', async (_, event) => {
      const prefix = `${++played}-`;
      const events = renamed(
        [
          { type: 'CheckedIn', data: { ...visitFacts('An', 'cafe', 0, 0), leftAt: null } },
          { type: 'CheckedIn', data: { ...visitFacts('Binh', 'cafe', 20, 200) } },
          { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), defaultStayMinutes: 300 } },
          event,
        ],
        prefix,
      );
      append(events);
      const writer = await openWriter(driverOf(), storeOf(log));
      await feed(writer, [2, 2].values());
      await expectExact(events, prefix, [everythingOf('An'), everythingOf('Binh')], new TraceCache(1_000_000));
    });

    const open = (personId: string, place: string, from: number): DomainEvent => ({
      type: 'CheckedIn',
      data: { ...visitFacts(personId, place, from, 0), leftAt: null },
    });
    const ruled = (stayMinutes: number | null): DomainEvent => ({
      type: 'PlaceKindRuled',
      data: { kind: 'shop', stayMinutes, closedByNext: null, shares: null },
    });
    const placeOf = (id: string, kind: string, defaultStayMinutes: number | null): DomainEvent => ({
      type: 'PlaceRegistered',
      data: { ...placeFacts(id), kind, defaultStayMinutes },
    });

    it.each<[string, number, DomainEvent[]]>([
      ['a rule is set', 40, [ruled(120)]],
      ['a rule is set in a separate batch', 1, [ruled(120)]],
      ['a rule is taken back', 40, [ruled(500), ruled(null)]],
      ['a rule is taken back later', 1, [ruled(500), ruled(null)]],
      ['another visit follows the rule', 40, [ruled(20), open('Dung', 'cafe', 10)]],
      ['another visit follows the rule, in another batch', 1, [ruled(20), open('Dung', 'cafe', 10)]],
      ['the place turns out to be of that kind', 1, [ruled(120), placeOf('ward', 'SHOP', null)]],
      ['the place turns out to be of another kind', 1, [ruled(120), placeOf('cafe', 'pool', null)]],
      ['the place gets its own value after all', 1, [ruled(120), placeOf('cafe', 'shop', 300)]],
    ])(
      'lets open visits last as long as the rule for their kind of place says when %s (batches of %d)',
      async (_, size, rules) => {
        const prefix = `${++played}-`;
        const places = [placeOf('cafe', 'Shop', null), placeOf('market', 'shop', 30), placeOf('ward', 'ward', null)];
        const visits = ['cafe', 'market', 'ward'].map((id, i) => open(PEOPLE[i] as string, id, i));
        const events = renamed([...places, ...visits, ...rules], prefix);
        append(events);
        await feed(await openWriter(driverOf(), storeOf(log)), Array<number>(40).fill(size).values());
        await expectStays(events, prefix);
        // The same from a graph that was opened in between.
        const [last] = renamed([open('Em', 'cafe', 20)], prefix) as [DomainEvent];
        append([last]);
        await feed(await openWriter(driverOf(), storeOf(log)), [1].values());
        await expectStays([...events, last], prefix);
      },
      SLOWEST,
    );

    it(
      'is the same when it is rebuilt from the log',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf(), storeOf(log));
        expect(writer.passed).toBeUndefined();
        await feed(writer, fc.sample(sizes, { numRuns: 1, seed: 1 })[0] as Iterator<number>);
        const cache = new TraceCache(1_000_000);
        // Without the copies.
        const ids = new Set<string>();
        const said = log.filter(({ id }) => !ids.has(id) && ids.add(id));
        for (let run = 1; run <= played; run++) {
          const own = said.filter((event) => JSON.stringify(event.data).includes(`"${run}-`));
          const [questions] = fc.sample(asked, { numRuns: 1, seed: run });
          await expectExact(own, `${run}-`, questions as Question[], cache);
        }
      },
      SLOWEST,
    );
  });
}
