import { type MessageHandler, SENDING, type Sending, watchAlerting } from '../delivery/index.js';
import { PLACE_GRAPH } from '../places/index.js';
import { defineReaction, handlesJob, sweeping, type Running, type Work } from '../work/define-work.js';
import { workerDependency, type Worker } from '../work/worker.js';
import { ALERT_GRAPH } from './alert-graph.js';
import { Brake, brakeGraph } from './apply-brake.js';
import { CaseViews } from './case-views.js';
import { Gathering } from './gathering.js';
import {
  ALERTS_READER,
  addJobs,
  alertQueues,
  delayed,
  JOBS,
  PLAN_QUEUE,
  SEND_QUEUE,
  tellJob,
  type PlanJob,
  type SendJob,
  type TellJob,
} from './jobs.js';
import { OwnCases } from './own-cases.js';
import { PhoneBook } from './phone-book.js';
import { Planner } from './planner.js';
import { REACTED, reactTo } from './reactions.js';
import { Recipients } from './recipients.js';
import { Rules } from './rules.js';
import { Sender, type SenderMeans } from './sender.js';
import { Sweeper } from './sweeper.js';
import { TakeBack } from './take-back.js';
import { Texts } from './texts.js';
import { RedisUnreached, type Unreached } from './unreached.js';

const PLANS_AT_ONCE = 2;
const SENDS_AT_ONCE = 50;
/** The most cases that are read to count the held ones. */
const MOST_HELD = 10_000;

/** The link where a contact can answer, by alert id; undefined if contacts are not asked. */
export const ANSWER_LINK = workerDependency('answer link', (): ((alertId: string) => string) | undefined => undefined);

/** The parts of alerting in a worker. Other modules that send messages to the same phones share them. */
export interface Alerting {
  views: CaseViews;
  recipients: Recipients;
  gathering: Gathering;
  rules: Rules;
  texts: Texts;
  planner: Planner;
  sender: Sender;
  phoneBook: PhoneBook;
  unreached: Unreached;
  /** Whether messages wait for others to the same phone. */
  gathers: boolean;
}

export const ALERTING = workerDependency('alerting', (worker): Alerting => {
  const { store, sealing, queues, config, now } = worker.base;
  const sending = worker.of(SENDING);
  const { dispatcher, metrics, allowance } = sending;
  const gatherFor = config.alertGatherMinutes * 60_000;
  const gathers = gatherFor > 0;
  const views = new CaseViews(store);
  const phoneBook = new PhoneBook(store);
  const recipients = new Recipients(store, views, config.alertMergeHours, now, gathers);
  const unreached = new RedisUnreached(queues.redis, (name) => queues.key(name));
  const rules = new Rules(store, { zone: config.zone, now });
  const ownCases = new OwnCases(store, views, rules);
  const graph = brakeGraph(worker.of(ALERT_GRAPH), worker.of(PLACE_GRAPH));
  const brake = new Brake(store, graph, config.brake, now, config.zone);
  const planner = new Planner({ store, views, recipients, brake, rules, ownCases, allowance, unreached, now });
  const texts = new Texts(config);
  const forward = forwarding(sending, gatherFor);
  const common = { store, sealing, dispatcher, forward, texts, metrics, views, rules, ownCases, allowance, now };
  const takeBack = new TakeBack({ ...common, recipients });
  const gathering = new Gathering({ ...common, phoneBook, recipients });
  const answerLink = worker.of(ANSWER_LINK);
  const sender = new Sender({ ...common, gathering, recipients, planner, takeBack, unreached, answerLink });
  return { views, recipients, gathering, rules, texts, planner, sender, phoneBook, unreached, gathers };
});

/** @param gatherFor how long messages wait for others to the same phone, in milliseconds. */
function forwarding({ queue, hasten }: Sending, gatherFor: number): SenderMeans['forward'] {
  return async (alertId, revision, degree, when) => {
    const job = tellJob(alertId, revision, degree);
    await queue([when === 'gathered' ? delayed(job, gatherFor) : job]);
    if (gatherFor > 0) await hasten(job);
  };
}

const alerts = defineReaction(ALERTS_READER, REACTED, (worker) => {
  const { store, queues } = worker.base;
  const { queue, trouble } = worker.of(SENDING);
  const { phoneBook, rules, unreached, gathers } = worker.of(ALERTING);
  return {
    handle: async ({ events }, late) => {
      for (const event of events) {
        if (event.type !== 'PersonRegistered') continue;
        // A later registration may have been noted already.
        if (late) phoneBook.forget(event.data.personId);
        else phoneBook.note(event.data);
      }
      await addJobs(queues, await reactTo(events, unreached, gathers), queue);
    },
    answers: () => Promise.all([store.isBehind(undefined, REACTED.types), queues.redis.ping()]),
    onError: (error) => trouble('alerts: reading the log again', error),
    forget: () => {
      phoneBook.forgetAll();
      rules.forget();
    },
  };
});

const onFailedOf = (worker: Worker) => (error: Error) =>
  worker.of(SENDING).trouble('alerts: a job failed and will be tried again', error);

const plan = handlesJob<PlanJob>(PLAN_QUEUE, (worker) => {
  const { planner } = worker.of(ALERTING);
  return {
    run: ({ data }) => planner.plan(data.caseId, data.traceId),
    atOnce: PLANS_AT_ONCE,
    onFailed: onFailedOf(worker),
  };
});

const send = handlesJob<SendJob>(SEND_QUEUE, (worker) => {
  const { sender } = worker.of(ALERTING);
  return {
    run: ({ data }) => sender.settle(data.alertId, data.revision),
    atOnce: SENDS_AT_ONCE,
    onFailed: onFailedOf(worker),
  };
});

/** Runs jobs that are queued with a provider. */
export function alertMessages(worker: Worker): MessageHandler {
  const { sender } = worker.of(ALERTING);
  return { send: ({ alertId, revision }: TellJob, via) => sender.settle(alertId, revision, via) };
}

function sweepAlerts(worker: Worker): Running {
  const { store, queues } = worker.base;
  const graph = worker.of(ALERT_GRAPH);
  const { routes, allowance, trouble } = worker.of(SENDING);
  const sweeper = new Sweeper({ store, graph, queues, routes, allowance });
  return sweeping(
    worker,
    () => sweeper.sweep(),
    (error) => trouble('alerts: sweeping failed', error),
  );
}

function watch(worker: Worker): Running {
  const { queues, registry } = worker.base;
  const graph = worker.of(ALERT_GRAPH);
  const { routes } = worker.of(SENDING);
  watchAlerting(registry, {
    queues,
    names: alertQueues(routes.all.map(({ name }) => name)),
    routes,
    held: async () => (await graph.heldCases(MOST_HELD)).filter(({ status }) => status === 'held').length,
  });
  return { close: () => Promise.resolve() };
}

export const WORK: Work = {
  jobs: JOBS,
  handlers: [plan, send],
  reactions: [alerts],
  runs: [sweepAlerts, watch],
};
