import { anyStream } from '../support/events.js';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Neo4jError, type Driver } from 'neo4j-driver';
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { presence } from '../../projections/presence.js';
import { FACT_PROJECTIONS } from '../support/projections.js';
import { gateOf, GraphNotReady, LEASE } from '../../src/contact-graph/gate.js';
import { LIMITS } from '../../src/contact-graph/limits.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { migrate, readMigrations } from '../../src/contact-graph/migrations.js';
import { connectGraph, inTransaction, rows, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { Neo4jAlerts } from '../../src/alerting/alert-graph.js';
import { graphPositionOf } from '../../src/contact-graph/graph-position.js';
import { Neo4jTracing } from '../../src/tracing/tracing-graph.js';
import { Neo4jReminders } from '../../src/reminders/reminder-queries.js';
import { runProjector } from '../../src/contact-graph/run-projector.js';
import { TraceCache } from '../../src/contact-graph/trace-graph.js';
import { Neo4jQuestions } from '../../src/investigation/question-queries.js';
import { comparePositions } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { deadline } from '../support/deadline.js';
import { countIn, openWriter, STORE_ID, visitFacts } from '../support/graph.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { firstStarts } from '../support/sizes.js';
import { staysInGraph } from '../support/stays.js';

const SLOWEST = 120_000;
const silent = pino({ level: 'silent' });

/** Every other test needs the schema. */
async function dropEverything(driver: Driver): Promise<void> {
  await driver.executeQuery('MATCH (n) DETACH DELETE n');
  const drop = async (kind: string, all: string) => {
    const { records } = await driver.executeQuery(all);
    for (const record of records) await driver.executeQuery(`DROP ${kind} ${record.get('name')} IF EXISTS`);
  };
  await drop('CONSTRAINT', 'SHOW CONSTRAINTS YIELD name RETURN name');
  await drop('INDEX', "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name");
}

/** A graph that answers, without cases. */
async function emptyGraph(driver: Driver): Promise<void> {
  await migrate(driver);
  await wipe(driver);
  await openWriter(driver);
}

function projector(driver: Driver, store: MemoryEventStore, signal: AbortSignal, logger = silent): Promise<void> {
  const options = { driver, store, storeId: STORE_ID, visits: presence, facts: FACT_PROJECTIONS };
  return runProjector({ ...options, logger, signal });
}

async function checkIn(store: MemoryEventStore, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const data = { ...visitFacts(`p${i % 20}`, `place${i % 5}`, i, i + 60), visitId: `v${i}` };
    const entry = {
      id: idOf('gate', String(i)),
      event: { type: 'CheckedIn' as const, data },
      provenance: { source: 'test' },
    };
    await store.append(anyStream('presence'), [entry], 'any');
  }
}

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = deadline(); !(await done()); await delay(20)) if (end.passed()) throw new Error(`not yet: ${what}`);
}

/** Who may query the graph, when, and for how long. */
export function gate(driverOf: () => Driver, addressOf: () => GraphAddress): void {
  const drivers: Driver[] = [];
  const connect = (patience?: number, say?: (line: string) => void): Driver => {
    const driver = connectGraph(addressOf());
    gateOf(driver).configure({ ...(patience !== undefined && { patience }), ...(say && { say, saysAfter: 0 }) });
    drivers.push(driver);
    return driver;
  };
  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((each) => each.close()));
  });

  describe('The gate before the graph', () => {
    it(
      'lets two projectors and readers start at one moment on an empty Neo4j, however often',
      async () => {
        for (let round = 0; round < firstStarts; round++) {
          await dropEverything(driverOf());
          const store = new MemoryEventStore();
          const stop = new AbortController();
          const running = [connect(60_000), connect(60_000)].map((each) => projector(each, store, stop.signal));
          const window = { from: 0, until: 1, after: undefined, limit: 10 };
          // The queries that workers send periodically.
          const asking = [1, 2, 3, 4].map(async () => {
            const driver = connect(60_000);
            const [alerts, cases] = [new Neo4jAlerts(driver), new Neo4jTracing(driver)];
            for (let answers = 0; ; answers++) {
              if (stop.signal.aborted) return answers;
              await Promise.all([
                new Neo4jReminders(driver).remindersDue(window),
                cases.casesDue(),
                alerts.heldCases(10),
                alerts.alertsDue(undefined, 10),
              ]);
            }
          });
          try {
            await checkIn(store, 100);
            const end = store.all.at(-1)?.position;
            const graph = graphPositionOf(connect(60_000));
            await until(async () => {
              const passed = await graph.position();
              return passed !== undefined && end !== undefined && comparePositions(passed, end) >= 0;
            }, 'the graph has caught up');
          } finally {
            stop.abort();
          }
          await Promise.all(running);
          for (const answers of await Promise.all(asking)) expect(answers).toBeGreaterThan(0);
          expect(await staysInGraph(driverOf())).toHaveLength(100);
        }
      },
      SLOWEST + firstStarts * 30_000,
    );

    it(
      'is closed until every migration is applied, and says so to those who ask',
      async () => {
        await emptyGraph(driverOf());
        await driverOf().executeQuery('MATCH (m:Migrated) SET m.files = m.files[1..]');
        const lines: string[] = [];
        const waiting = connect(60_000, (line) => lines.push(line));
        await expect(new Neo4jTracing(connect(0)).casesDue()).rejects.toThrow(GraphNotReady);
        await expect(new Neo4jTracing(connect(0)).casesDue()).rejects.toThrow(/1 migrations have to be applied/);
        const answer = new Neo4jTracing(waiting).casesDue();
        await until(async () => lines.length > 0, 'it says that it waits');
        expect(lines).toEqual([expect.stringContaining('waiting for the contact graph')]);
        await migrate(driverOf());
        expect(await answer).toEqual([]);
        expect(lines.at(-1)).toBe('the contact graph is ready');
      },
      SLOWEST,
    );

    it(
      'is closed by a new migration on a running installation, which waits for transactions in progress',
      async () => {
        await emptyGraph(driverOf());
        const added = {
          name: '9999-of-a-test.cypher',
          checksum: 'of a test',
          statements: ['CREATE INDEX of_a_test IF NOT EXISTS FOR (t:OfATest) ON (t.key)'],
        };
        const steps: string[] = [];
        let end = () => {};
        const ending = new Promise<void>((resolve) => (end = resolve));
        let began = () => {};
        const begun = new Promise<void>((resolve) => (began = resolve));
        const underWay = inTransaction(connect(), 'read', async (tx) => {
          await rows(tx, 'MATCH (t:OfATest) RETURN t.key AS key');
          began();
          await ending;
          await rows(tx, 'MATCH (t:OfATest) WHERE t.key = 1 RETURN t.key AS key');
          steps.push('what was under way ended');
        });
        await begun;
        try {
          const migrating = migrate(connect(), [...readMigrations(), added], 50).then(() => steps.push('migrated'));
          await until(async () => {
            const closed = new Neo4jTracing(connect(0)).casesDue().then(
              () => false,
              (error: Error) => /schema is being changed/.test(error.message),
            );
            return closed;
          }, 'the gate is closed');
          end();
          await Promise.all([underWay, migrating]);
          expect(steps).toEqual(['what was under way ended', 'migrated']);
          // Programs that know fewer migrations can still query.
          expect(await new Neo4jTracing(connect(0)).casesDue()).toEqual([]);
        } finally {
          await driverOf().executeQuery('MATCH (m:Migration {name: $name}) DELETE m', { name: added.name });
          await driverOf().executeQuery('DROP INDEX of_a_test IF EXISTS');
        }
      },
      SLOWEST,
    );

    it(
      'is passed again by retries of the driver after it was closed',
      async () => {
        await migrate(driverOf());
        const setChanging = (changing: true | null) =>
          driverOf().executeQuery('MATCH (m:Migrated) SET m.changing = $changing', { changing });
        const lines: string[] = [];
        const driver = connect(60_000, (line) => lines.push(line));
        let runs = 0;
        let now: jest.SpiedFunction<typeof performance.now> | undefined;
        try {
          const asking = inTransaction(driver, 'read', async (tx) => {
            runs++;
            if (runs === 1) {
              await setChanging(true);
              // No process relies any more on what it saw before.
              const real = performance.now.bind(performance);
              now = jest.spyOn(performance, 'now').mockImplementation(() => real() + LEASE);
              throw new Neo4jError(
                'stood in the way of another',
                'Neo.TransientError.Transaction.DeadlockDetected',
                '',
                '',
              );
            }
            return rows(tx, 'RETURN 1 AS one');
          });
          await until(async () => runs > 1 || lines.length > 0, 'it waits at the gate');
          expect({ runs, lines }).toEqual({ runs: 1, lines: [expect.stringContaining('its schema is being changed')] });
          // A migration does not wait for transactions that wait for it.
          const { records } = await driverOf().executeQuery(
            "SHOW TRANSACTIONS YIELD metaData WHERE metaData.kind = 'read' RETURN 1 AS one",
          );
          expect(records).toEqual([]);
          await setChanging(null);
          expect(await asking).toEqual([{ one: 1 }]);
        } finally {
          now?.mockRestore();
          await setChanging(null);
        }
      },
      SLOWEST,
    );

    it(
      'ends transactions that take too long, runs them again, and says so',
      async () => {
        await migrate(driverOf());
        const lines: string[] = [];
        const driver = connect(0, (line) => lines.push(line));
        let runs = 0;
        const before = LIMITS.read;
        LIMITS.read = 400;
        try {
          const endless = inTransaction(driver, 'read', (tx) => {
            runs++;
            return rows(tx, 'UNWIND range(1, 100000000000) AS n WITH n WHERE n < 0 RETURN count(n) AS count');
          });
          await expect(endless).rejects.toMatchObject({ code: expect.stringContaining('TransactionTimedOut') });
        } finally {
          LIMITS.read = before;
        }
        expect(runs).toBe(2);
        expect(lines).toEqual([expect.stringMatching(/a read of the graph was ended .*it is retried/)]);
      },
      SLOWEST,
    );

    it(
      'makes a blocked projector say what it waits for',
      async () => {
        await wipe(driverOf());
        const store = new MemoryEventStore();
        await openWriter(driverOf(), store);
        const lines: string[] = [];
        const logger = pino(
          {},
          { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
        );
        const session = driverOf().session();
        const holding = await session.beginTransaction({ metadata: { program: 'truyvet', kind: 'write' } });
        await holding.run("MATCH (g:Graph {name: 'contact'}) SET g.numbering = true");
        const stop = new AbortController();
        const options = { store, storeId: STORE_ID, visits: presence, facts: FACT_PROJECTIONS, logger };
        const driver = connect();
        const running = runProjector({ ...options, driver, signal: stop.signal, standsStillAfter: 300 });
        try {
          await checkIn(store, 1);
          await until(async () => lines.some((line) => line.includes('has waited for')), 'it says what it waits for');
          const said = lines.find((line) => line.includes('has waited for'));
          expect(said).toMatch(/to write 1 events.*Blocked by.*write of Truyvet: MATCH \(g:Graph/);
        } finally {
          await holding.rollback();
          await session.close();
          stop.abort();
          await running;
        }
      },
      SLOWEST,
    );
  });

  describe('A graph that is rebuilt while nothing else happens', () => {
    it(
      'is filled again by the idle projector, and answers nobody before it is complete',
      async () => {
        await wipe(driverOf());
        const store = new MemoryEventStore();
        const stop = new AbortController();
        const running = projector(connect(), store, stop.signal);
        const questions = new Neo4jQuestions(driverOf(), new TraceCache(10_000));
        const known = () =>
          questions.knowsPerson('p1').catch((error: unknown) => {
            if (error instanceof GraphNotReady) return undefined;
            throw error;
          });
        try {
          await checkIn(store, 50);
          await until(async () => (await known()) === true, 'the person is known');
          const epoch = () => countIn(driverOf(), 'MATCH (g:Graph) RETURN g.epoch AS count');
          const before = await epoch();
          let sawRefusal = false;
          await wipe(driverOf(), () => undefined);
          const emptiedAt = Date.now();
          for (const end = deadline(); ; await delay(5)) {
            const answer = await known();
            // It must not answer that there is no such person.
            expect(answer).not.toBe(false);
            sawRefusal ||= answer === undefined;
            if (answer) break;
            if (end.passed()) throw new Error('it was not filled again');
          }
          expect(sawRefusal).toBe(true);
          expect(await epoch()).not.toBe(before);
          expect(Date.now() - emptiedAt).toBeLessThan(20_000);
        } finally {
          stop.abort();
          await running;
        }
      },
      SLOWEST,
    );
  });
}
