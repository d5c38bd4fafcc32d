import { afterEach } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { readGraphState } from '../../src/contact-graph/checkpoints.js';
import { GraphNotReady } from '../../src/contact-graph/gate.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { isOfVisits, type Projection } from '../../src/contact-graph/projection.js';
import { graphPositionOf, type GraphPosition } from '../../src/contact-graph/graph-position.js';
import { runProjector } from '../../src/contact-graph/run-projector.js';
import { TraceCache } from '../../src/contact-graph/trace-graph.js';
import { comparePositions } from '../../src/event-log/event-store.js';
import { Neo4jQuestions } from '../../src/investigation/question-queries.js';
import { idOf } from '../../src/kernel/ids.js';
import { LATEST_INSTANT } from '../../src/kernel/instant.js';
import { taskGraph, type TaskGraph } from '../../src/tasks/task-graph.js';
import { TASK_KINDS } from '../../src/tasks/task-kinds.js';
import type { TaskFacts, TasksPage } from '../../src/tasks/task-ports.js';
import { keysOf } from './asking.js';
import { deadline } from './deadline.js';
import { anyStream, type DomainEvent } from './events.js';
import { STORE_ID } from './graph.js';
import type { MemoryEventStore } from './memory-event-store.js';
import { storeWith } from './projection-spec.js';
import { FACT_PROJECTIONS, VISITS } from './projections.js';

const EVERYTHING: TasksPage = {
  ...{ kinds: TASK_KINDS, states: ['open', 'done', 'closed'], from: 0, until: LATEST_INSTANT, limit: 100 },
  ...{ caseId: undefined, personId: undefined, after: undefined },
};
/** An active projector on a log, with these projections instead of the program's own. */
export class ProjectorScene {
  readonly questions: Neo4jQuestions;
  readonly #tasks: TaskGraph;
  readonly #graph: GraphPosition;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly driver: Driver,
    readonly store: MemoryEventStore,
  ) {
    this.questions = new Neo4jQuestions(driver, new TraceCache(10_000));
    this.#tasks = taskGraph.open({ store, driver, ...keysOf(store), zone: 'UTC' });
    this.#graph = graphPositionOf(driver);
  }

  start(...instead: Projection[]): void {
    const facts = instead.flatMap((each) => (isOfVisits(each) ? [] : [each]));
    this.#stop = new AbortController();
    this.#running = runProjector({
      ...{
        driver: this.driver,
        store: this.store,
        storeId: STORE_ID,
        visits: instead.find(isOfVisits) ?? VISITS,
        signal: this.#stop.signal,
      },
      facts: FACT_PROJECTIONS.map((each) => facts.find(({ name }) => name === each.name) ?? each),
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
    const [end, position] = [this.store.all.at(-1)?.position, await this.#graph.position(reads)];
    return end !== undefined && position !== undefined && comparePositions(position, end) >= 0;
  }

  /** Which of these people the graph has as contacts of a case. */
  async exposedAmong(people: readonly string[], caseId: string): Promise<string[]> {
    const found = await Promise.all(people.map((person) => this.questions.exposure(person, caseId)));
    return people.filter((_, i) => found[i] !== undefined);
  }

  async tasks(): Promise<TaskFacts[]> {
    return this.#tasks.tasks(EVERYTHING);
  }

  /** Like `tasks`, or the reason why there is no answer. */
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

  /** Projections with rows that wait to be removed. */
  async gone(): Promise<string[]> {
    const { instances = [] } = (await readGraphState(this.driver)) ?? {};
    return instances.filter(({ state }) => state === 'old').map(({ name }) => name);
  }

  async labels(): Promise<string[]> {
    const { records } = await this.driver.executeQuery(
      "MATCH (n) UNWIND labels(n) AS label WITH DISTINCT label WHERE label STARTS WITH 'Task' RETURN label ORDER BY label",
    );
    return records.map((record) => record.get('label') as string);
  }
}

/**
 * For each test a graph that contains a whole log, as the program builds it; its projector is stopped after the test.
 * To be called where the tests are described.
 */
export function filledScenes(driverOf: () => Driver, story: readonly DomainEvent[]): () => Promise<ProjectorScene> {
  let scene: ProjectorScene | undefined;
  afterEach(async () => {
    await scene?.stop();
    scene = undefined;
  });
  return async () => {
    await wipe(driverOf());
    const filled = (scene = new ProjectorScene(driverOf(), await storeWith(story)));
    filled.start();
    await until(async () => Array.isArray(await filled.tasksOrWhy()), 'the graph is filled');
    return filled;
  };
}

/** Waits for a condition, and names it if it never holds. */
export async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = deadline(); !(await done()); await delay(20)) if (end.passed()) throw new Error(`not yet: ${what}`);
}
