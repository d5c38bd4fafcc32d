import { CATALOGUE } from './catalogue.js';
import { PURPOSES } from './purposes.js';
import { type DomainEvent, streams, anyStream } from './events.js';
import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Route } from '../../src/delivery/routes.js';
import { startAlerting, type AlertingOptions } from '../../src/alerting/start.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { RedisAsideNotes } from '../../src/event-log/aside-notes.js';
import { RedisCheckpoints } from '../../src/event-log/redis-checkpoints.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { Queues } from '../../src/work/queues.js';
import { freshInstallation, type TestInstallation } from './services.js';
import { confirmed } from './builders/cases.js';
import { registered } from './builders/people.js';

const AT = '2021-08-05T02:00:00Z';
/** The day after: nobody is told what is over. */
const TODAY = Date.parse(AT) + 86_400_000;
const NOBODY_TO_REMIND: AlertingOptions['reminders'] = {
  remindersDue: async () => ({ alertIds: [], last: undefined }),
  tasksToRemindOf: async () => [],
};

/** Alerting on a log and a Redis of its own; what it would ask of the graph is what the test says. */
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

  /** Connections of a process of its own. */
  queues(): Queues {
    const queues = new Queues(this.installation.urls.redisUrl, this.#storeId, () => undefined);
    this.#closing.push(() => queues.close());
    return queues;
  }

  /** One worker process: everything of its own but the log, Redis and what the providers have. */
  worker(
    routes: readonly Route[],
    more: {
      alertsDue?: AlertingOptions['graph']['alertsDue'];
      reminders?: AlertingOptions['reminders'];
      now?: AlertingOptions['now'];
      sweepEvery?: number;
    } = {},
  ): { queues: Queues; registry: Registry; close: () => Promise<void> } {
    const [first, ...others] = routes;
    if (!first) throw new Error('a worker needs a provider');
    const { alertsDue = async () => [], reminders = NOBODY_TO_REMIND, now = () => TODAY, sweepEvery } = more;
    const queues = new Queues(this.installation.urls.redisUrl, this.#storeId, () => undefined);
    const registry = new Registry();
    const alerting = startAlerting({
      store: this.store,
      queues,
      sealing: this.sealing,
      graph: {
        pace: async () => ({ usual: [], today: 0, before: [], approvedToday: 0 }),
        capacities: async () => new Map(),
        heldCases: async () => [],
        messageByReference: async () => undefined,
        alertsDue,
      },
      reminders,
      purposes: PURPOSES,
      now,
      aside: new RedisAsideNotes(queues.redis, (name) => queues.key(name)),
      checkpoints: new RedisCheckpoints(queues.redis, (name) => queues.key(name)),
      routes: [first, ...others],
      config: {
        ...{
          senderName: 'CDC',
          contactLine: '1900 9095',
          zone: 'Asia/Ho_Chi_Minh',
          alertMergeHours: 12,
          alertGatherMinutes: 0,
        },
        phoneDaily: 1_000,
        brake: { contacts: 1e6, daily: 1e6, times: 3 },
        reminders: { from: 0, until: 24 * 60 },
      },
      logger: pino({ level: 'silent' }),
      registry,
      ...(sweepEvery !== undefined && { sweepEvery }),
    });
    let closed = false;
    const close = async () => {
      if (closed) return;
      closed = true;
      await alerting.close();
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

  /** A completed trace of a case that finds some and finds others no more. */
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

/** A provider used without limits. */
export function routeOf(provider: Route['provider']): Route {
  return { name: provider.name, provider, perSecond: null, whenUncertain: 'at-most-once' };
}
