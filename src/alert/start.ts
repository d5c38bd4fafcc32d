import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { GraphQueries } from '../graph/ports.js';
import { WrongRevision, type EventStore } from '../log/event-store.js';
import { reactAcrossOutages } from '../log/react-across-outages.js';
import { CheckpointsLost, type Checkpoints } from '../log/reactor.js';
import type { Sealing } from '../log/sealing.js';
import type { Config } from '../platform/config.js';
import type { Queues } from '../platform/queues.js';
import { GRACE, within } from '../platform/stopping.js';
import { troubleLog } from '../platform/troubles.js';
import { CaseViews } from './case-views.js';
import { addJobs, PLAN_QUEUE, SEND_QUEUE, type PlanJob, type SendJob } from './jobs.js';
import { AlertMetrics } from './metrics.js';
import { PhoneBook } from './phone-book.js';
import { Planner } from './planner.js';
import type { SmsProvider } from './provider.js';
import { REACTED_TYPES, reactTo } from './reactions.js';
import { Recipients } from './recipients.js';
import { Sender } from './sender.js';
import { Sweeper } from './sweeper.js';
import { TakeBack } from './take-back.js';
import { Texts } from './texts.js';
import { RedisUnreached } from './unreached.js';

export interface AlertingOptions {
  store: EventStore;
  queues: Queues;
  sealing: Sealing;
  graph: Pick<GraphQueries, 'alertsDue'>;
  /** In the same Redis as the queues, so that neither is lost without the other. */
  checkpoints: Checkpoints;
  /** Closed by whoever opened it, after this. */
  provider: SmsProvider;
  config: Pick<Config, 'senderName' | 'contactLine' | 'zone' | 'alertMergeHours'>;
  logger: Logger;
  registry: Registry;
  /** Milliseconds between two looks for forgotten work. */
  sweepEvery?: number;
}

const PLANS_AT_ONCE = 2;
const SENDS_AT_ONCE = 50;
const SWEEP_EVERY = 30_000;

/**
 * Runs all of alerting: follows the log, plans, sends, takes back. Any number of processes may do so at once.
 * @returns what ends it; jobs under way are let end first.
 */
export function startAlerting(options: AlertingOptions): { close(): Promise<void> } {
  const { store, queues, sealing, graph, checkpoints, provider, config, logger, registry } = options;
  const views = new CaseViews(store);
  const phoneBook = new PhoneBook(store);
  const recipients = new Recipients(store, views, config.alertMergeHours);
  const unreached = new RedisUnreached(queues.redis, (name) => queues.key(name));
  const planner = new Planner(store, views, recipients);
  const common = { store, sealing, provider, texts: new Texts(config), metrics: new AlertMetrics(registry), views };
  const takeBack = new TakeBack({ ...common, recipients });
  const sender = new Sender({ ...common, phoneBook, recipients, planner, takeBack, unreached });
  const stop = new AbortController();
  const trouble = troubleLog(logger, (error) => error instanceof WrongRevision || error instanceof CheckpointsLost);

  const reacting = reactAcrossOutages({
    store,
    checkpoints,
    redis: queues.redis,
    name: 'alerts',
    types: REACTED_TYPES,
    handle: async ({ events }) => {
      for (const event of events) if (event.type === 'PersonRegistered') phoneBook.note(event.data);
      await addJobs(queues, await reactTo(events, unreached));
    },
    onError: (error) => trouble('alerts: reading the log again', error),
    signal: stop.signal,
  });

  const planning = queues.worker<PlanJob>(PLAN_QUEUE, ({ data }) => planner.plan(data.caseId, data.traceId), {
    concurrency: PLANS_AT_ONCE,
  });
  const sending = queues.worker<SendJob>(SEND_QUEUE, ({ data }) => sender.settle(data.alertId, data.revision), {
    concurrency: SENDS_AT_ONCE,
  });
  for (const worker of [planning, sending]) {
    worker.on('failed', (_job, error) => trouble('alerts: a job is to be tried again', error));
  }

  const sweeper = new Sweeper(store, graph, queues, (error) => trouble('alerts: sweeping failed', error));
  const sweep = () => void sweeper.sweep();
  const timer = setInterval(sweep, options.sweepEvery ?? SWEEP_EVERY);
  queues.redis.on('ready', sweep);
  sweep();

  return {
    async close() {
      stop.abort();
      clearInterval(timer);
      queues.redis.off('ready', sweep);
      await Promise.all([reacting, planning.close(), sending.close(), within(GRACE, sweeper.sweeping)]);
    },
  };
}
