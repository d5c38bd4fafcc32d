import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { setTimeout as delay } from 'node:timers/promises';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { TraceCache } from '../../src/contact-graph/trace-graph.js';
import { comparePositions, type EventStore } from '../../src/event-log/event-store.js';
import { openGraph } from '../../src/contact-graph/index.js';
import { Neo4jQuestions } from '../../src/investigation/question-queries.js';
import { idOf } from '../../src/kernel/ids.js';
import { LATEST_INSTANT } from '../../src/kernel/instant.js';
import { Neo4jOperators } from '../../src/operations/operator-queries.js';
import { deadline } from '../support/deadline.js';
import { anyStream, type DomainEvent } from '../support/events.js';
import { countIn, SMALL_CACHE, textOf, visitFacts } from '../support/graph.js';
import { sent } from '../support/projection-events.js';
import { System } from '../support/system.js';
import { staysInGraph } from '../support/stays.js';

const MINUTES_AT_MOST = 8;
/** Events of each kind: several batches of a rebuilt projection. */
const EVENTS = 12_000;
/** Pairs of people who met: each pair met often, but not so often that Neo4j takes long to find one of its meetings. */
const PAIRS = 200;
const AT_ONCE = 2_000;
/**
 * The first counts events, so it must not apply any twice; the second writes on people, whom all projections share; the
 * third has its own writers, which continue with the new rows when these replace the old ones.
 */
const MADE_AGAIN = ['operators', 'proximity', 'presence'];

/** Everybody checks in often, and does not check out. */
function checkIn(i: number): DomainEvent {
  const facts = visitFacts(`a${i % PAIRS}`, `place${i % 7}`, i, i);
  return { type: 'CheckedIn', data: { ...facts, visitId: `visit ${i}`, leftAt: null } };
}

async function fill(store: EventStore): Promise<void> {
  const events = Array.from({ length: EVENTS }, (_, i): DomainEvent[] => [
    sent(`p${i}`),
    {
      type: 'ProximityObserved',
      data: {
        ...{ personA: `a${i % PAIRS}`, personB: `b${i % PAIRS}`, distanceMetres: 1 },
        ...{ startedAt: textOf(i), endedAt: textOf(i + 1) },
      },
    },
    checkIn(i),
  ]).flat();
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const part = events.slice(from, from + AT_ONCE).map((event, i) => ({
      ...{ id: idOf('building-kill', String(from + i)), event, provenance: { source: 'test' } },
    }));
    await store.append(anyStream(`facts-${from}`), part, 'any');
  }
}

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = deadline(); !(await done()); await delay(5)) if (end.passed()) throw new Error(`not yet: ${what}`);
}

/** Answers that read the projections. */
async function answersOf(driver: Driver) {
  const ever = { personId: 'b0', from: 0, until: LATEST_INSTANT };
  const questions = new Neo4jQuestions(driver, new TraceCache(SMALL_CACHE));
  const [meetings] = await questions.near('a0', [ever]);
  const [stays] = await questions.staysOf([{ ...ever, personId: 'a0' }]);
  return {
    providers: await new Neo4jOperators(driver).providerCounts(),
    ...{ meetings: meetings?.length, stays: stays?.length },
  };
}

describe('A projector that is killed while it rebuilds a projection', () => {
  it(
    'finishes it after a restart, and the answers stay the same all the time',
    async () => {
      const system = await System.start(['projector-1']);
      let passed = false;
      try {
        await system.look(async (runtime) => {
          const graph = openGraph(runtime);
          try {
            const { driver } = graph;
            await fill(runtime.store);
            const expected = {
              providers: [{ provider: 'outbox', sent: EVENTS, takenBack: 0, failed: {} }],
              ...{ meetings: EVENTS / PAIRS, stays: EVENTS / PAIRS },
            };
            const answers = () => answersOf(driver).catch(() => undefined);
            await until(
              async () =>
                (await answers())?.meetings === EVENTS / PAIRS && (await readGraphState(driver))?.filling === false,
              'the graph is filled',
            );
            const end = (await readGraphState(driver))?.passed.get('facts');
            expect(await answersOf(driver)).toEqual(expected);

            for (const name of MADE_AGAIN) {
              await wantAgain(driver, name);
              const building = async () =>
                (await readGraphState(driver))?.instances.find(
                  (each) => each.name === name && each.state === 'building',
                );
              await until(async () => (await building())?.passed !== undefined, `the rebuild of ${name} has begun`);
              const { pid } = system.part('projector-1');
              if (pid !== undefined) process.kill(pid, 'SIGKILL');
              const stopped = (await building())?.passed;
              // It was killed in the middle.
              expect(stopped && end && comparePositions(stopped, end)).toBe(-1);
              await until(async () => {
                expect(await answersOf(driver)).toEqual(expected);
                const { instances = [] } = (await readGraphState(driver)) ?? {};
                return instances.some((each) => each.name === name && each.state === 'active' && each.again);
              }, `${name} is rebuilt`);
              expect(await answersOf(driver)).toEqual(expected);
            }
            await until(
              async () => (await readGraphState(driver))?.instances.every(({ state }) => state === 'active') === true,
              'the replaced rows are removed',
            );
            expect(await countIn(driver, 'MATCH ()-[n:NEAR_v2]->() RETURN count(n) AS count')).toBe(0);
            expect(await countIn(driver, 'MATCH (c:ProviderCount) RETURN count(c) AS count')).toBe(0);
            expect(await countIn(driver, 'MATCH (s:Slot_v2) RETURN count(s) AS count')).toBe(0);
            // Nothing was written twice: slots have as many records as there are stays.
            const records = await countIn(
              driver,
              'MATCH (s:Slot_v2_again) WITH sum(size(s.packed)) / 16 AS packed RETURN packed AS count',
            );
            expect(records).toBe((await staysInGraph(driver)).length);
            expect(await answersOf(driver)).toEqual(expected);
          } finally {
            await graph.close();
          }
        });
        passed = true;
      } finally {
        await system.remove({ keep: !passed });
      }
    },
    MINUTES_AT_MOST * 60_000,
  );
});
