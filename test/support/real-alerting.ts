import { CATALOGUE } from './catalogue.js';
import { PURPOSES } from './purposes.js';
import { type DomainEvent, streams, anyStream } from './events.js';
import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Route } from '../../src/delivery/routes.js';
import { WORK as OF_ALERTING } from '../../src/alerting/work.js';
import { PROGRAM_PURPOSES, PROVIDERS } from '../../src/delivery/sending.js';
import { WORK as OF_DELIVERY } from '../../src/delivery/work.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { RedisAsideNotes } from '../../src/event-log/aside-notes.js';
import { RedisCheckpoints } from '../../src/event-log/redis-checkpoints.js';
import { Sealing } from '../../src/event-log/sealing.js';
import type { Config } from '../../src/platform/config.js';
import { ALERT_GRAPH } from '../../src/alerting/alert-graph.js';
import type { AlertGraph } from '../../src/alerting/alert-ports.js';
import { MESSAGE_GRAPH } from '../../src/delivery/message-graph.js';
import { PLACE_GRAPH } from '../../src/places/place-graph.js';
import type { ReminderQueries } from '../../src/reminders/reminder-ports.js';
import { REMINDER_GRAPH, WORK as OF_REMINDERS } from '../../src/reminders/work.js';
import { Queues } from '../../src/work/queues.js';
import { opened, Worker, type WorkerBase } from '../../src/work/worker.js';
import { freshInstallation, type TestInstallation } from './services.js';
import { confirmed } from './builders/cases.js';
import { registered } from './builders/people.js';

const AT = '2021-08-05T02:00:00Z';
/** The day after the exposure, so that the advice is not over. */
const TODAY = Date.parse(AT) + 86_400_000;
const NOBODY_TO_REMIND: ReminderQueries = {
  remindersDue: async () => ({ alertIds: [], last: undefined }),
  tasksToRemindOf: async () => [],
};

/** Alerting on its own log and Redis; the test supplies the answers of the graph. */
export class RealAlerting {
  readonly store: EventStore;
  readonly sealing: Sealing;
  readonly #master = new MasterKey(randomBytes(32));
  readonly #storeId = randomUUID();
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(readonly installation: TestInstallation) {
    this.store = new EventStoreClient(installation.urls.eventStoreUrl, CATALOGUE);
    this.sealing = new Sealing(this.store, this.#master);
  }

  static async open(): Promise<RealAlerting> {
    return new RealAlerting(await freshInstallation(['event-log', 'redis']));
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    await this.store.close();
    await this.installation.remove();
  }

  /** Connections of a separate process. */
  queues(): Queues {
    const queues = new Queues(this.installation.urls.redisUrl, this.#storeId, () => undefined);
    this.#closing.push(() => queues.close());
    return queues;
  }

  /** One worker process: it shares only the log, Redis and the providers' data. */
  worker(
    routes: readonly Route[],
    more: {
      alertsDue?: AlertGraph['alertsDue'];
      reminders?: ReminderQueries;
      now?: WorkerBase['now'];
      sweepEvery?: number;
    } = {},
  ): { queues: Queues; registry: Registry; close: () => Promise<void> } {
    const [first, ...others] = routes;
    if (!first) throw new Error('a worker needs a provider');
    const { alertsDue = async () => [], reminders = NOBODY_TO_REMIND, now = () => TODAY, sweepEvery } = more;
    const queues = new Queues(this.installation.urls.redisUrl, this.#storeId, () => undefined);
    const registry = new Registry();
    const alertGraph = {
      alerts: async () => [],
      pace: async () => ({ usual: [], today: 0, before: [], approvedToday: 0 }),
      heldCases: async () => [],
      alertsDue,
    };
    const config = {
      ...{ senderName: 'CDC', contactLine: '1900 9095', zone: 'Asia/Ho_Chi_Minh' },
      ...{ alertMergeHours: 12, alertGatherMinutes: 0, phoneDaily: 1_000 },
      brake: { contacts: 1e6, daily: 1e6, times: 3 },
      reminders: { from: 0, until: 24 * 60 },
    };
    const base = {
      ...{ store: this.store, sealing: this.sealing, queues, registry, now, sweepEvery },
      config: config as Partial<Config> as Config,
      aside: new RedisAsideNotes(queues.redis, (name) => queues.key(name)),
      checkpoints: new RedisCheckpoints(queues.redis, (name) => queues.key(name)),
      logger: pino({ level: 'silent' }),
    };
    // Parts that alerting does not request are missing.
    const process = new Worker(base as Partial<WorkerBase> as WorkerBase, [
      opened(PROVIDERS, [first, ...others]),
      opened(PROGRAM_PURPOSES, PURPOSES),
      opened(ALERT_GRAPH, alertGraph),
      opened(MESSAGE_GRAPH, { messageByReference: async () => undefined }),
      opened(PLACE_GRAPH, { capacities: async () => new Map() }),
      opened(REMINDER_GRAPH, reminders),
    ]);
    const running = [OF_DELIVERY, OF_ALERTING, OF_REMINDERS].flatMap(({ reactions = [], handlers = [], runs = [] }) => [
      ...[...reactions, ...handlers].map((each) => each.start(process)),
      ...runs.map((run) => run(process)),
    ]);
    let closed = false;
    const close = async () => {
      if (closed) return;
      closed = true;
      process.stop();
      await Promise.all(running.map((each) => each.close()));
      await queues.close();
      for (const { provider } of routes) await provider.close();
    };
    this.#closing.push(close);
    return { queues, registry, close };
  }

  append(stream: string, event: DomainEvent) {
    return this.store.append(anyStream(stream), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
  }

  async register(personId: string, phone: string): Promise<void> {
    const sealed = await this.sealing.seal(personId, 'phone', phone, { source: 'test' });
    const said = { language: 'en', phone: sealed, phoneIndex: this.#master.phoneIndex(phone) } as const;
    await this.append(streams.person(personId).name, registered(personId, said));
  }

  /** A completed trace of a case that finds some people and no longer finds others. */
  async trace(caseId: string, people: readonly string[], gone: string[] = []): Promise<void> {
    const traceId = randomUUID();
    await this.append(streams.case(caseId).name, confirmed(caseId, 'f0', { collectedAt: AT }));
    const exposure = { firstExposureAt: AT, lastExposureAt: AT, minutes: 20, meetings: [], via: [], shared: [] };
    const found = people.map((personId) => ({ personId, degree: 1 as const, ...exposure }));
    const part = { caseId, traceId, index: 0, found, gone, factors: [], factorsGone: [] };
    await this.append(streams.case(caseId).name, { type: 'ContactsTraced', data: part });
    const counts = { chunks: 1, counts: [people.length], factors: 0, greatestDegree: 2, lingeringMinutes: 0 };
    const profile = { profileId: 'covid-19-vn-5053', profileVersion: 1, from: AT, until: null, graphPosition: '1' };
    await this.append(streams.case(caseId).name, {
      type: 'TraceCompleted',
      data: { caseId, traceId, ...counts, ...profile },
    });
  }
}
