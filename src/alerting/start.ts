import { Reminders, type ReminderQueries } from '../reminders/index.js';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { GraphQueries } from '../contact-graph/ports.js';
import type { AsideNotes } from '../event-log/aside-notes.js';
import { WrongRevision, type EventStore } from '../event-log/event-store.js';
import { reactAcrossOutages } from '../event-log/react-across-outages.js';
import { CheckpointsLost } from '../event-log/checkpoints-lost.js';
import { type Checkpoints } from '../event-log/reactor.js';
import { ALERTS } from '../event-log/reader-names.js';
import type { Sealing } from '../event-log/sealing.js';
import type { Now } from '../platform/clock.js';
import type { Config } from '../platform/config.js';
import type { Queues } from '../work/queues.js';
import { GRACE, within } from '../platform/stopping.js';
import { outageLogger } from '../platform/outages.js';
import {
  AlertMetrics,
  Allowance,
  Dispatcher,
  HandedOverElsewhere,
  noteReport,
  REPORT_QUEUE,
  type ReportJob,
  type Route,
  Routes,
  type TextSettings,
  takeReports,
  UnknownMessage,
  watchAlerting,
  watchPauses,
  NotNotedYet,
  type Purposes,
} from '../delivery/index.js';
import { Brake } from './apply-brake.js';
import { CaseViews } from './case-views.js';
import { Gathering } from './gathering.js';
import {
  addJobs,
  alertQueues,
  delayed,
  hasten,
  PLAN_QUEUE,
  queueOf,
  SEND_QUEUE,
  tellJob,
  type PlanJob,
  type SendJob,
} from './jobs.js';
import { PhoneBook } from './phone-book.js';
import { publishFailing } from './failing-providers.js';
import { OwnCases } from './own-cases.js';
import { Planner } from './planner.js';
import { REACTED, reactTo } from './reactions.js';
import { Recipients } from './recipients.js';
import { Rules } from './rules.js';
import { Sender, type SenderParts } from './sender.js';
import { Sweeper } from './sweeper.js';
import { TakeBack } from './take-back.js';
import { sendThrough } from './send-through.js';
import { Texts } from './texts.js';
import { RedisUnreached } from './unreached.js';

export interface AlertingOptions {
  store: EventStore;
  queues: Queues;
  sealing: Sealing;
  graph: Pick<GraphQueries, 'alertsDue' | 'messageByReference' | 'pace' | 'capacities' | 'heldCases'>;
  reminders: ReminderQueries;
  /** In the same Redis as the queues, so that neither is lost without the other. */
  checkpoints: Checkpoints;
  /** What the reader of the log left out; there as well. */
  aside: AsideNotes;
  /** In order of preference; their providers are closed by whoever opened them, after this. */
  routes: readonly [Route, ...Route[]];
  /** Why messages are sent, as all modules say. */
  purposes: Purposes;
  config: TextSettings & Pick<Config, 'alertMergeHours' | 'alertGatherMinutes' | 'brake' | 'reminders' | 'phoneDaily'>;
  /** Where a contact can answer, by the alert. */
  answerLink?: ((alertId: string) => string) | undefined;
  logger: Logger;
  registry: Registry;
  /** Milliseconds between two looks for forgotten work, and for whom to remind. */
  sweepEvery?: number;
  /** Throws while no message may go, as under a clock in doubt. */
  mayGo?: () => Promise<void>;
  /** What day and hour it is, in milliseconds; by the clock of the machine when left out. */
  now?: Now | undefined;
}

const PLANS_AT_ONCE = 2;
const SENDS_AT_ONCE = 50;
const SWEEP_EVERY = 30_000;
/** Minutes of the day: when people are told what they were not on the day before, where nobody is reminded. */
const MORNING = 8 * 60;
/** Counted at most. */
const MOST_HELD = 10_000;

/** What passes by itself. */
const EXPECTED = [WrongRevision, CheckpointsLost, HandedOverElsewhere, UnknownMessage, NotNotedYet];

export interface Alerting {
  /** The log is another one: what was kept in memory of the former is no more. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * Runs all of alerting: follows the log, plans, sends, takes back. Any number of processes may do so at once.
 * @returns what ends it; jobs under way are let end first.
 */
export function startAlerting(options: AlertingOptions): Alerting {
  const { store, queues, sealing, graph, checkpoints, aside, purposes, config, logger, registry } = options;
  const { now = Date.now } = options;
  const views = new CaseViews(store);
  const phoneBook = new PhoneBook(store);
  const gatherFor = config.alertGatherMinutes * 60_000;
  const gathers = gatherFor > 0;
  const recipients = new Recipients(store, views, config.alertMergeHours, now, gathers);
  const unreached = new RedisUnreached(queues.redis, (name) => queues.key(name));
  const rules = new Rules(store, { zone: config.zone, now });
  const ownCases = new OwnCases(store, views, rules);
  const { phoneDaily } = config;
  const morning = config.reminders?.from ?? MORNING;
  const allowance = new Allowance(store, { zone: config.zone, now, phoneDaily, morning });
  const brake = new Brake(store, graph, config.brake, now, config.zone);
  const planner = new Planner({ store, views, recipients, brake, rules, ownCases, allowance, unreached, now });
  const routes = new Routes(options.routes);
  const forward: SenderParts['forward'] = async (alertId, revision, degree, when) => {
    const job = tellJob(alertId, revision, degree);
    const tell = [when === 'gathered' ? delayed(job, gatherFor) : job];
    await addJobs(queues, { plan: [], send: [], tell }, routes.preferred.name);
    if (gathers) await hasten(queues, job, routes);
  };
  const dispatcher = new Dispatcher({ store, routes, purposes, mayGo: options.mayGo });
  const common = {
    store,
    sealing,
    dispatcher,
    forward,
    texts: new Texts(config),
    metrics: new AlertMetrics(registry),
    views,
    rules,
    ownCases,
    allowance,
    now,
  };
  const takeBack = new TakeBack({ ...common, recipients });
  const gathering = new Gathering({ ...common, phoneBook, recipients });
  const sender = new Sender({
    ...common,
    gathering,
    recipients,
    planner,
    takeBack,
    unreached,
    answerLink: options.answerLink,
  });
  const reminders = new Reminders({ ...common, graph: options.reminders, gathering, recipients, config });
  const settle = ({ alertId, revision, remindOf }: SendJob, route: Route) =>
    remindOf === undefined ? sender.settle(alertId, revision, route) : reminders.remind(alertId, remindOf, route);
  const stop = new AbortController();
  const trouble = outageLogger(logger, (error) => EXPECTED.some((expected) => error instanceof expected));

  const reacting = reactAcrossOutages({
    store,
    checkpoints,
    aside,
    redis: queues.redis,
    name: ALERTS,
    events: REACTED,
    handle: async ({ events }, late) => {
      for (const event of events) {
        if (event.type !== 'PersonRegistered') continue;
        // A later one may have been noted already.
        if (late) phoneBook.forget(event.data.personId);
        else phoneBook.note(event.data);
      }
      await addJobs(queues, await reactTo(events, unreached, gathers), routes.preferred.name);
    },
    answers: () => Promise.all([store.isBehind(undefined, REACTED.types), queues.redis.ping()]),
    onError: (error) => trouble('alerts: reading the log again', error),
    onAside: (line) => logger.error(`${line}: see npx truyvet projections status`),
    signal: stop.signal,
  });

  const planning = queues.worker<PlanJob>(PLAN_QUEUE, ({ data }) => planner.plan(data.caseId, data.traceId), {
    concurrency: PLANS_AT_ONCE,
  });
  const sending = queues.worker<SendJob>(SEND_QUEUE, ({ data }) => sender.settle(data.alertId, data.revision), {
    concurrency: SENDS_AT_ONCE,
  });
  const telling = routes.all.map((route) =>
    queues.worker<SendJob>(
      queueOf(route.name),
      (job, token) => sendThrough({ queues, routes, settle }, route, job, token),
      {
        concurrency: SENDS_AT_ONCE,
        // Not before it is known what operators paused.
        autorun: false,
        ...(route.perSecond !== null && { limiter: { max: route.perSecond, duration: 1_000 } }),
      },
    ),
  );
  const pausing = watchPauses({
    store,
    routes,
    workers: telling,
    signal: stop.signal,
    onError: (error) => trouble('alerts: what operators paused is not known', error),
  });
  const leaving = publishFailing(queues, routes, (error) => trouble('Redis', error));
  const reporting = queues.worker<ReportJob>(REPORT_QUEUE, ({ data }) => noteReport(store, graph, purposes, data));
  for (const { name, provider } of routes.all) {
    provider.onReport?.((report) => {
      takeReports(queues, name, [report]).catch((error: unknown) => trouble(`a report of ${name} was lost`, error));
    });
  }
  const workers = [planning, sending, reporting, ...telling];
  for (const worker of workers) {
    worker.on('failed', (_job, error) => trouble('alerts: a job is to be tried again', error));
  }

  watchAlerting(registry, {
    queues,
    names: alertQueues(routes.all.map(({ name }) => name)),
    routes,
    held: async () => (await graph.heldCases(MOST_HELD)).filter(({ status }) => status === 'held').length,
  });

  const onError = (error: unknown) => trouble('alerts: sweeping failed', error);
  const sweeper = new Sweeper({ store, graph, queues, routes, reminders, allowance, onError });
  const sweep = () => void sweeper.sweep();
  const timer = setInterval(sweep, options.sweepEvery ?? SWEEP_EVERY);
  queues.redis.on('ready', sweep);
  sweep();

  return {
    forget: () => {
      phoneBook.forgetAll();
      rules.forget();
    },
    async close() {
      stop.abort();
      clearInterval(timer);
      queues.redis.off('ready', sweep);
      await Promise.all([
        reacting,
        pausing,
        ...workers.map((worker) => worker.close()),
        within(GRACE, sweeper.sweeping),
      ]);
      await within(GRACE, leaving.stop());
    },
  };
}
