import { type DomainEvent, anyStream } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { presence } from '../../projections/presence.js';
import { FACT_PROJECTIONS } from '../support/projections.js';
import { OutOfStep, readGraphState } from '../../src/contact-graph/checkpoints.js';
import { derivedGraph, readGraphMark } from '../../src/contact-graph/graph-mark.js';
import { labelling } from '../../src/contact-graph/instances.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { migrate, readMigrations } from '../../src/contact-graph/migrations.js';
import { Numbering } from '../../src/contact-graph/numbering.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import { graphPositionOf } from '../../src/contact-graph/graph-position.js';
import { runProjector } from '../../src/contact-graph/run-projector.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { visitKeyOf } from '../../src/contact-graph/visit-key.js';
import { RECORD_BYTES } from '../../src/contact-graph/packed.js';
import { segmentsOf } from '../../src/contact-graph/row-changes.js';
import { Visits } from '../../src/contact-graph/visits.js';
import { comparePositions, type LogMark, type NewEvent } from '../../src/event-log/event-store.js';
import { replacedSince } from '../../src/event-log/log-guard.js';
import { idOf } from '../../src/kernel/ids.js';
import {
  SMALL_CACHE,
  contactsIn,
  countIn,
  openWriter,
  placeFacts,
  positionAt,
  recorded,
  STORE_ID,
  textOf,
  visitFacts,
} from '../support/graph.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { labelOf, staysInGraph } from '../support/stays.js';

/** Milliseconds for one test on a busy machine. */
const SLOWEST = 60_000;
/** The names of a graph of which no projection was made again. */
const FIRST = labelling([]);

/** What the graph withstands in operation: several writers, emptying, other logs, other programs. */
export function operation(driverOf: () => Driver): void {
  /** How many records all slots have, superseded ones included. */
  const recordsInSlots = async () => {
    const slot = (await labelOf(driverOf()))('Slot');
    return countIn(driverOf(), `MATCH (s:${slot}) RETURN sum(size(s.packed)) / ${RECORD_BYTES} AS count`);
  };

  describe('The graph in operation', () => {
    it(
      'is written by one of two projectors at a time, and both end up to date',
      async () => {
        await wipe(driverOf());
        const store = new MemoryEventStore();
        const stop = new AbortController();
        const options = {
          driver: driverOf(),
          store,
          storeId: STORE_ID,
          visits: presence,
          facts: FACT_PROJECTIONS,
          logger: pino({ level: 'silent' }),
          signal: stop.signal,
        };
        const seen = [0, 0];
        const running = [0, 1].map((i) =>
          runProjector({ ...options, onBatch: (events) => (seen[i] = (seen[i] ?? 0) + events) }),
        );
        const events: DomainEvent[] = [];
        const graph = graphPositionOf(driverOf());
        const until = deadline(ENOUGH);
        try {
          for (let round = 0; round < 30; round++) {
            for (let i = 0; i < 5; i++) {
              const data = {
                ...visitFacts(`p${(round + i) % 20}`, `place${i}`, round, round + 90),
                visitId: `v${round}-${i}`,
              };
              const event: DomainEvent = { type: 'CheckedIn', data };
              events.push(event);
              await store.append(
                anyStream('presence'),
                [{ id: idOf(data.visitId), event, provenance: { source: 'test' } }],
                'any',
              );
            }
            await delay(5);
          }
          const end = store.all.at(-1)?.position ?? positionAt(0);
          for (;;) {
            const passed = await graph.position();
            if (passed && comparePositions(passed, end) >= 0) break;
            if (until.passed()) throw new Error('the projectors did not catch up');
            await delay(20);
          }
        } finally {
          stop.abort();
          await Promise.all(running);
        }
        expect((seen[0] ?? 0) + (seen[1] ?? 0)).toBeGreaterThanOrEqual(events.length);
        expect(await staysInGraph(driverOf())).toHaveLength(events.length);
        expect(await recordsInSlots()).toBe(events.length);
        for (let i = 0; i < 20; i += 7) await contactsIn(driverOf(), events, `p${i}`);
      },
      SLOWEST,
    );

    it(
      'refuses a second writer what another has written, without damage',
      async () => {
        await wipe(driverOf());
        const [one, other] = [await openWriter(driverOf()), await openWriter(driverOf())];
        const events: DomainEvent[] = ['An', 'Binh'].map((who) => ({
          type: 'CheckedIn',
          data: visitFacts(who, 'cafe', 0, 60),
        }));
        const batch = { events: recorded(events, 1), position: positionAt(2) };
        const write = async (writer: GraphWriter) => {
          await writer.write(batch);
          await writer.settle();
        };
        const outcomes = await Promise.allSettled([write(one), write(other)]);
        const failed = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        expect(failed.length).toBeGreaterThan(0);
        failed.forEach((reason) => expect(reason).toBeInstanceOf(OutOfStep));
        await write(await openWriter(driverOf()));
        expect(await recordsInSlots()).toBe(2);
        expect(await contactsIn(driverOf(), events, 'An')).toBe(1);
      },
      SLOWEST,
    );

    it(
      'numbers people and places once, however many processes assign numbers at a time',
      async () => {
        await wipe(driverOf());
        await openWriter(driverOf());
        const epoch = (await readGraphState(driverOf()))?.epoch ?? '';
        const all = [0, 1, 2].map(() => new Numbering(driverOf(), epoch, FIRST));
        const ids = Array.from({ length: 60 }, (_, i) => `n${i}`);
        await Promise.all(
          all.map(async (numbering, i) => {
            for (let from = 0; from < 60; from += 6) {
              const some = ids.slice(from, from + 6);
              await numbering.ensure(i % 2 ? some.reverse() : some, some.slice(0, 3));
            }
          }),
        );
        const numbers = ids.map((id) => all.map((numbering) => numbering.person(id)));
        for (const [first, ...rest] of numbers) rest.forEach((each) => expect(each).toBe(first));
        expect(numbers.map(([number]) => number as number).sort((a, b) => a - b)).toEqual(ids.map((_, i) => i + 1));
      },
      SLOWEST,
    );

    it(
      'numbers the people of facts that are not written yet when it drops numbers from memory',
      async () => {
        await wipe(driverOf());
        const writer = await GraphWriter.open(
          driverOf(),
          new MemoryEventStore(),
          STORE_ID,
          presence,
          FACT_PROJECTIONS,
          { numbersKept: 1 },
        );
        for (let i = 0; i < 10; i++) {
          const near: DomainEvent = {
            type: 'ProximityObserved',
            data: {
              personA: `a${i}`,
              personB: `b${i}`,
              startedAt: textOf(0),
              endedAt: textOf(9),
              distanceMetres: null,
            },
          };
          await writer.write({ events: recorded([near], i + 1), position: positionAt(i + 1) });
        }
        await writer.settle();
        const near = (await labelOf(driverOf()))('NEAR');
        expect(await countIn(driverOf(), `MATCH (:Person)-[n:${near}]->(:Person) RETURN count(n) AS count`)).toBe(10);
      },
      SLOWEST,
    );

    it(
      'knows every visit of the graph when a projector starts, in however many short reads',
      async () => {
        await wipe(driverOf());
        const before = await openWriter(driverOf());
        const ids = Array.from({ length: 7 }, (_, i) => `visit ${i}`);
        const events = ids.map((visitId, i): DomainEvent => {
          // One visit spans two days, so it is in two slots.
          return { type: 'CheckedIn', data: { ...visitFacts('p', `place${i}`, 0, i === 3 ? 1_500 : 60), visitId } };
        });
        await before.write({ events: recorded(events, 1), position: positionAt(events.length) });
        await before.settle();
        const label = await labelOf(driverOf());
        const visits = new Visits(driverOf(), label);
        await visits.load(3);
        const numbering = new Numbering(driverOf(), before.epoch, label);
        await numbering.ensure(['p'], []);
        const person = numbering.person('p');
        const states = await visits.of(
          [...ids, 'a visit of which nothing was said'].map((id) => ({ visit: visitKeyOf(id), person })),
        );
        expect(states.map((state) => segmentsOf(state).length)).toEqual([1, 1, 1, 2, 1, 1, 1, 0]);
        expect(states.map(({ untouched }) => untouched)).toEqual([...ids.map(() => false), true]);
      },
      SLOWEST,
    );

    it(
      'gives a trace no answer if it is emptied meanwhile, or has not reached the requested position',
      async () => {
        await wipe(driverOf());
        const writer = await openWriter(driverOf());
        const events: DomainEvent[] = [{ type: 'CheckedIn', data: visitFacts('An', 'cafe', 0, 60) }];
        await writer.write({ events: recorded(events, 1), position: positionAt(1) });
        await writer.settle();
        const read = (past: number, meanwhile: () => Promise<unknown> = async () => undefined) =>
          withTraceGraph(
            driverOf(),
            new TraceCache(SMALL_CACHE),
            async (graph) => {
              await meanwhile();
              return graph.person('An');
            },
            positionAt(past),
          );
        expect(await read(1)).toBeGreaterThan(0);
        await expect(read(2)).rejects.toThrow(OutOfStep);
        const rebuild = async () => {
          await wipe(driverOf());
          await openWriter(driverOf());
        };
        await expect(read(1, rebuild)).rejects.toThrow(OutOfStep);
        await expect(read(1)).rejects.toThrow(OutOfStep);
      },
      SLOWEST,
    );

    it(
      'is emptied if it was built from another log, or in another format',
      async () => {
        const events: DomainEvent[] = [
          { type: 'CheckedIn', data: visitFacts('An', 'cafe', 0, 60) },
          { type: 'PlaceRegistered', data: { ...placeFacts('cafe'), defaultStayMinutes: 30 } },
          { type: 'PersonIsolated', data: { personId: 'An', startedAt: textOf(30) } },
        ];
        const fill = async (writer: GraphWriter) => {
          await writer.write({ events: recorded(events, 1), position: positionAt(3) });
          await writer.settle();
        };
        await wipe(driverOf());
        await fill(await openWriter(driverOf()));
        expect((await openWriter(driverOf())).passed).toEqual(positionAt(3));
        const open = () =>
          GraphWriter.open(driverOf(), new MemoryEventStore(), 'another-log', presence, FACT_PROJECTIONS);
        const other = await open();
        expect(other.passed).toBeUndefined();
        expect(
          await countIn(
            driverOf(),
            'MATCH (n) WHERE NOT n:Migration AND NOT n:Migrated AND NOT n:Graph AND NOT n:Checkpoint RETURN count(n) AS count',
          ),
        ).toBe(0);
        await fill(other);
        await driverOf().executeQuery('MATCH (g:Graph) SET g.format = 0');
        expect((await open()).passed).toBeUndefined();
      },
      SLOWEST,
    );

    it(
      'stores the last event that went into it, and a reader of another log goes no further with it',
      async () => {
        await wipe(driverOf());
        const store = new MemoryEventStore();
        const newVisit = (person: string): NewEvent => ({
          id: randomUUID(),
          event: { type: 'CheckedIn', data: visitFacts(person, 'cafe', 0, 60) },
          provenance: { source: 'test' },
        });
        for (const person of ['An', 'Binh'])
          await store.append(anyStream(`presence-${person}`), [newVisit(person)], 'any');
        const { event: last, position } = (await store.end())!;
        const writer = await openWriter(driverOf(), store);
        await writer.write({ events: store.all.slice(), position });
        await writer.settle();
        // Further on there is nothing for it.
        const further = positionAt(Number(position.commit) + 50);
        await writer.write({ events: [], position: further });
        await writer.settle();
        const again = await openWriter(driverOf(), store);
        expect({ passed: again.passed, given: again.given }).toEqual({ passed: further, given: last });

        const { known } = derivedGraph(driverOf(), Date.now);
        expect(await replacedSince(store, await known())).toBeUndefined();
        const another = new MemoryEventStore();
        for (const person of ['Chi', 'Dung', 'Em'])
          await another.append(anyStream(`presence-${person}`), [newVisit(person)], 'any');
        expect(await replacedSince(another, await known())).toMatchObject({ standing: 'other', known: last.position });
      },
      SLOWEST,
    );

    it(
      'says why it was rebuilt even if the log is checked before its projector begins the next graph',
      async () => {
        const mark = (commit: number): LogMark => ({
          event: { ...{ id: 'a', stream: 'presence', revision: 0 }, position: positionAt(commit) },
        });
        await wipe(driverOf());
        const derived = derivedGraph(driverOf(), () => Date.parse('2021-08-09T01:00:00Z'));
        await openWriter(driverOf());
        await derived.keep(mark(7));
        expect(await readGraphMark(driverOf())).toEqual({ mark: mark(7), replaced: undefined });

        await derived.makeAgain({ standing: 'shorter', known: positionAt(7), end: positionAt(3) });
        await derived.keep(mark(3));
        expect(await readGraphMark(driverOf())).toBeUndefined();
        await openWriter(driverOf());
        await derived.keep(mark(4));
        await derived.keep(mark(5));
        expect(await readGraphMark(driverOf())).toEqual({
          mark: mark(5),
          replaced: '2021-08-09T01:00:00.000Z shorter',
        });
      },
      SLOWEST,
    );

    it(
      "never touches another program's data",
      async () => {
        await wipe(driverOf());
        const all = () => countIn(driverOf(), 'MATCH (n) RETURN count(n) + count{()-->()} AS count');
        const ours = await all();
        try {
          await driverOf().executeQuery(
            "CREATE (:Person {name: 'a customer'})-[:OF]->(:Customer), (:Customer)-[:AT {since: 1}]->(:Shop)",
          );
          const before = await all();
          // Without our own graph, the database belongs to another program, whatever its labels are.
          await expect(openWriter(driverOf())).rejects.toThrow(/another program \(Customer, Person, Shop\)/);
          await expect(wipe(driverOf())).rejects.toThrow(/another program/);
          await driverOf().executeQuery("MATCH (p:Person {name: 'a customer'}) DETACH DELETE p");
          expect(await all()).toBe(before - 2);

          // If another program added data beside a graph, the graph is not emptied until that data is moved.
          await driverOf().executeQuery("CREATE (:Graph {name: 'contact', format: 0})");
          await expect(openWriter(driverOf())).rejects.toThrow(/another program \(Customer, Shop\)/);
          expect(await all()).toBe(before - 1);
        } finally {
          await driverOf().executeQuery('MATCH (n) WHERE n:Customer OR n:Shop DETACH DELETE n');
        }
        await openWriter(driverOf());
        expect(await all()).toBeGreaterThan(ours);
      },
      SLOWEST,
    );

    it(
      'is emptied of what any projection owns, also by the process that finishes the work of a killed one',
      async () => {
        await wipe(driverOf());
        await openWriter(driverOf());
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {projection: 'tasks'}) SET c.owns = c.owns + 'FoundItem'
           WITH c CREATE (:FoundItem), (:FoundItem_v2)`,
        );
        // As a process leaves it that is killed after it removed the checkpoints.
        const aborted = await wipe(driverOf(), () => {
          throw new Error('killed');
        }).catch((error: Error) => error.message);
        expect(aborted).toBe('killed');
        expect(await countIn(driverOf(), 'MATCH (c:Checkpoint) RETURN count(c) AS count')).toBe(0);
        await openWriter(driverOf());
        expect(await countIn(driverOf(), 'MATCH (n:FoundItem|FoundItem_v2) RETURN count(n) AS count')).toBe(0);
      },
      SLOWEST,
    );

    it(
      'is not created where another program has its data, and nothing is changed there',
      async () => {
        await wipe(driverOf());
        await driverOf().executeQuery('MATCH (m:Migration|Migrated) DELETE m');
        await driverOf().executeQuery('CREATE (:Customer)');
        try {
          await expect(migrate(driverOf())).rejects.toThrow(/another program \(Customer\)/);
          expect(await countIn(driverOf(), 'MATCH (n) RETURN count(n) AS count')).toBe(1);
        } finally {
          await driverOf().executeQuery('MATCH (n:Customer) DELETE n');
          await migrate(driverOf());
        }
      },
      SLOWEST,
    );

    it(
      'is not migrated by a program that does not know it',
      async () => {
        const known = readMigrations();
        const [first] = known;
        if (!first) throw new Error('there are no migrations');
        await expect(migrate(driverOf(), [])).rejects.toMatchObject({
          message: expect.stringContaining('newer program'),
          // Emptying the graph does not undo migrations.
          fix: expect.stringContaining('an empty Neo4j'),
        });
        const changed = [{ ...first, checksum: 'another' }, ...known.slice(1)];
        await expect(migrate(driverOf(), changed)).rejects.toThrow(/was changed after it had been applied/);
        expect(await migrate(driverOf())).toEqual([]);
      },
      SLOWEST,
    );
  });
}
