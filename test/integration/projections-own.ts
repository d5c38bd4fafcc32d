import type { TaskFacts, TasksPage } from '../../src/tasks/task-ports.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { presence } from '../../projections/presence.js';
import { tasksIn } from '../../projections/tasks.js';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { GraphNotReady } from '../../src/contact-graph/gate.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { readMigrations } from '../../src/contact-graph/migrations.js';
import { defineProjection, type FactProjection } from '../../src/contact-graph/projection.js';
import { Neo4jQueries } from '../../src/contact-graph/queries.js';
import { TRACED } from '../../src/contact-graph/reads.js';
import { runProjector } from '../../src/contact-graph/run-projector.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { FACT_PROJECTIONS } from '../support/projections.js';
import { comparePositions } from '../../src/event-log/event-store.js';
import { Neo4jQuestions } from '../../src/investigation/question-queries.js';
import { keysOf } from '../support/asking.js';
import { taskGraph, type TaskGraph } from '../../src/tasks/task-graph.js';
import { idOf } from '../../src/kernel/ids.js';
import { LATEST_INSTANT } from '../../src/kernel/instant.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { TASK_KINDS } from '../../src/tasks/task-kinds.js';
import { deadline } from '../support/deadline.js';
import { anyStream, type DomainEvent } from '../support/events.js';
import { countIn, LOST_POWER, openWriter, STORE_ID } from '../support/graph.js';
import type { MemoryEventStore } from '../support/memory-event-store.js';
import { AN, near, traced } from '../support/projection-events.js';
import { storeWith } from '../support/projection-spec.js';

const SLOWEST = 120_000;

const EVERYTHING: TasksPage = {
  ...{ kinds: TASK_KINDS, states: ['open', 'done', 'closed'], from: 0, until: LATEST_INSTANT, limit: 100 },
  ...{ caseId: undefined, personId: undefined, after: undefined },
};
const tasks = tasksIn(calendarOf('UTC'));
const AN_MET_TWO = traced(
  [
    ['Binh', 1],
    ['Chi', 1],
  ],
  'trace-1',
);

/** A projector at work on a log, with these in place of the program's own. */
class Scene {
  readonly questions: Neo4jQuestions;
  readonly #tasks: TaskGraph;
  readonly queries: Neo4jQueries;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly driver: Driver,
    readonly store: MemoryEventStore,
  ) {
    this.questions = new Neo4jQuestions(driver, new TraceCache(10_000));
    this.#tasks = taskGraph.open({ store, driver, ...keysOf(store), zone: 'UTC' });
    this.queries = new Neo4jQueries(driver);
  }

  start(...instead: FactProjection[]): void {
    this.#stop = new AbortController();
    this.#running = runProjector({
      ...{ driver: this.driver, store: this.store, storeId: STORE_ID, visits: presence, signal: this.#stop.signal },
      facts: FACT_PROJECTIONS.map((each) => instead.find(({ name }) => name === each.name) ?? each),
      ...{ logger: pino({ level: 'silent' }), builtAtOnce: 1 },
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async append(event: DomainEvent): Promise<void> {
    const id = idOf('own', String(this.store.all.length));
    await this.store.append(anyStream('facts'), [{ id, event, provenance: { source: 'test' } }], 'any');
  }

  async passed(reads?: readonly string[]): Promise<boolean> {
    const [end, position] = [this.store.all.at(-1)?.position, await this.queries.position(reads)];
    return end !== undefined && position !== undefined && comparePositions(position, end) >= 0;
  }

  async tasks(): Promise<TaskFacts[]> {
    return this.#tasks.tasks(EVERYTHING);
  }

  /** As `tasks`, or why there is no answer. */
  async tasksOrWhy(): Promise<TaskFacts[] | string> {
    return this.tasks().catch((error: unknown) => {
      if (error instanceof GraphNotReady) return error.message;
      throw error;
    });
  }

  async instance(name: string, state: string) {
    const { instances = [] } = (await readGraphState(this.driver)) ?? {};
    return instances.find((each) => each.name === name && each.state === state);
  }

  async labels(): Promise<string[]> {
    const { records } = await this.driver.executeQuery(
      "MATCH (n) UNWIND labels(n) AS label WITH DISTINCT label WHERE label STARTS WITH 'Task' RETURN label ORDER BY label",
    );
    return records.map((record) => record.get('label') as string);
  }
}

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = deadline(); !(await done()); await delay(20)) if (end.passed()) throw new Error(`not yet: ${what}`);
}

/** Projections with a name, a version and a checkpoint each. */
export function ownProjections(driverOf: () => Driver): void {
  describe('A projection of its own', () => {
    it(
      'takes the place at which a graph of one checkpoint for all stands, and nothing is emptied',
      async () => {
        await wipe(driverOf());
        const store = await storeWith(traced([['Binh', 1]], 'trace-1'));
        const before = await openWriter(driverOf(), store);
        await before.write({ events: store.all, position: store.all.at(-1)!.position });
        await before.settle();
        // As the program kept it until then.
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {projection: 'cases'})
           WITH c.epoch AS epoch, c.commit AS commit, c.prepare AS prepare, c.given AS given
           MATCH (old:Checkpoint) WHERE old.partition = 'facts' DETACH DELETE old
           WITH DISTINCT epoch, commit, prepare, given
           CREATE (:Checkpoint {projection: 'contact-graph', partition: 'facts', epoch: epoch, commit: commit,
                                prepare: prepare, given: given})`,
        );
        await driverOf().executeQuery(
          "MATCH (c:Checkpoint {projection: 'presence'}) SET c.projection = 'contact-graph' REMOVE c.version, c.state, c.owns",
        );
        const file = readMigrations().find(({ name }) => name === '0019-contact-graph-checkpoints.cypher');
        // Each statement bears being run again.
        for (const statement of [...(file?.statements ?? []), ...(file?.statements ?? [])]) {
          await driverOf().executeQuery(statement);
        }

        const tasks = await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count');
        const { epoch } = before;
        const after = await openWriter(driverOf(), store);
        expect(after.epoch).toBe(epoch);
        expect(after.passed).toEqual(store.all.at(-1)?.position);
        const { instances } = (await readGraphState(driverOf()))!;
        // Those that such a graph had; what came since is made beside them by the projector.
        const had = FACT_PROJECTIONS.filter(({ name }) => name !== 'messages');
        expect(instances.map(({ name, version, state }) => [name, version, state]).sort()).toEqual(
          had.map(({ name }) => [name, 1, 'active']).sort(),
        );
        expect(instances.map(({ name, owns }) => [name, owns]).sort()).toEqual(
          had.map(({ name, owns = [] }) => [name, owns]).sort(),
        );
        const more = await storeWith([...traced([['Binh', 1]], 'trace-1'), near(10)]);
        await after.write({ events: more.all.slice(-1), position: more.all.at(-1)!.position });
        await after.settle();
        expect(await countIn(driverOf(), 'MATCH ()-[n:NEAR]->() RETURN count(n) AS count')).toBe(1);
        expect(await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count')).toBe(tasks);
        expect(tasks).toBeGreaterThan(0);
      },
      SLOWEST,
    );

    let scene: Scene | undefined;
    afterEach(async () => {
      await scene?.stop();
      scene = undefined;
    });
    /** A graph that holds all of a log, as the program makes it. */
    const filled = async (): Promise<Scene> => {
      await wipe(driverOf());
      const whole = (scene = new Scene(driverOf(), await storeWith(AN_MET_TWO)));
      whole.start();
      await until(async () => Array.isArray(await whole.tasksOrWhy()), 'the graph is filled');
      return whole;
    };

    it(
      'of another version is made beside the old one: contacts and traces are answered meanwhile, its own questions not',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        const epoch = (await readGraphState(driverOf()))?.epoch;
        await at.stop();

        let release = (): void => undefined;
        const released = new Promise<void>((done) => (release = done));
        const another = defineProjection({
          ...tasks,
          version: 2,
          write: async (context, events) => {
            await released;
            await tasks.write(context, events);
          },
        });
        at.start(another);
        await until(async () => typeof (await at.tasksOrWhy()) === 'string', 'tasks are not answered any more');
        expect(await at.tasksOrWhy()).toContain('tasks is being made anew');
        await at.append(near(10));
        await until(() => at.passed(TRACED), 'traces have what comes meanwhile');
        expect(await at.passed(['tasks'])).toBe(false);
        expect(
          (await at.questions.contacts(AN.caseId, { limit: 9 })).contacts.map(({ personId }) => personId).sort(),
        ).toEqual(['Binh', 'Chi']);
        const end = at.store.all.at(-1)?.position;
        const read = withTraceGraph(driverOf(), new TraceCache(10_000), (graph) => graph.person('Binh'), end);
        expect(await read).toMatchObject({ isolations: [] });
        expect(await at.labels()).toEqual(['Task']);

        release();
        await until(async () => Array.isArray(await at.tasksOrWhy()), 'tasks are answered again');
        expect(await at.tasks()).toEqual(before);
        expect((await readGraphState(driverOf()))?.epoch).toBe(epoch);
        await until(async () => !(await at.labels()).includes('Task'), 'the old tasks are removed');
        expect(await at.labels()).toEqual(['Task_v2']);
        // What comes from now on goes into the new ones.
        await at.append({ type: 'CaseRetracted', data: { caseId: AN.caseId, reason: 'a test' } });
        await until(async () => (await at.tasks()).length === 0, 'what follows is written into what was made');
      },
      SLOWEST,
    );

    it(
      'is made again by command, and is answered all the while',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        for (const again of [true, false]) {
          await wantAgain(driverOf(), 'tasks');
          await until(async () => {
            expect(await at.tasks()).toEqual(before);
            return (await at.instance('tasks', 'active'))?.again === again;
          }, 'tasks are made again');
          expect(await at.tasks()).toEqual(before);
          await until(async () => (await at.labels()).length === 1, 'the old tasks are removed');
        }
        expect(await at.labels()).toEqual(['Task']);
      },
      SLOWEST,
    );

    it(
      'goes on from its checkpoint after a crash in the middle, and says meanwhile why it does not',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        await at.stop();
        const given: string[][] = [[], []];
        const making = (run: number, mostEvents: number) =>
          defineProjection({
            ...tasks,
            version: 2,
            write: async (context, events) => {
              if ((given[run]?.length ?? 0) + events.length > mostEvents) throw new Error(LOST_POWER);
              await tasks.write(context, events);
              given[run]?.push(...events.map(({ id }) => id));
            },
          });
        at.start(making(0, 1));
        await until(async () => (await at.instance('tasks', 'building'))?.trouble === LOST_POWER, 'it has failed');
        await at.stop();
        const stopped = (await at.instance('tasks', 'building'))?.passed;
        expect(stopped).toBeDefined();

        at.start(making(1, Infinity));
        await until(async () => Array.isArray(await at.tasksOrWhy()), 'tasks are answered again');
        expect(await at.tasks()).toEqual(before);
        expect(given[0]?.length).toBeGreaterThan(0);
        expect(given[1]?.length).toBeGreaterThan(0);
        expect(given[1]?.filter((id) => given[0]?.includes(id))).toEqual([]);
      },
      SLOWEST,
    );
  });
}
