import {
  AlertsApproved,
  AlertsRefused,
  alertQueues,
  heldShown,
  withReasons,
  type AlertGraph,
} from '../alerting/index.js';
import { FAILURES, keptAs } from '../alerting/words.js';
import {
  AlertReplayOrdered,
  AlertingPaused,
  AlertingResumed,
  failingProviders,
  queueOf,
  REPORT_QUEUE,
  type KnownOperatorOrders,
  type SharedKeys,
} from '../delivery/index.js';
import { HeldResultSettled, heldResultsShown, type SampleGraph } from '../samples/index.js';
import { nameOf } from '../kernel/actor.js';
import { eventSet, union, type EventIn } from '../kernel/event.js';
import { ClockConfirmed } from '../event-log/events.js';
import { SetAsideAccepted } from './events.js';
import { GraphNotReady } from '../contact-graph/ports.js';
import type { OperatorQueries } from './operator-ports.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
import type { ClockGuard } from '../event-log/clock-guard.js';
import type { Now } from '../platform/clock.js';
import type { Queue } from 'bullmq';
import type { Queues } from '../work/queues.js';
import type { LeftOut } from './accepting.js';
import { clockShown } from './clock.js';
import type { GraphShown, OperatorCommandShown, Overview } from './overview-answer.js';

/** How much work waits in the queues. */
interface Waiting extends Pick<Queues, 'oldest'> {
  queue(name: string): Pick<Queue, 'getJobCounts'>;
}

/** The tools behind the operators' overview and commands. */
export interface OperationTools {
  store: EventStore;
  operations: KnownOperatorOrders;
  queues: Waiting & SharedKeys & { redis: { exists(key: string): Promise<number> } };
  graph: OperatorQueries & Pick<AlertGraph, 'heldCases'> & Pick<SampleGraph, 'heldResults'>;
  /** Names of the providers, in order of preference. */
  providers: readonly string[];
  /** The providers that write to a file, which by itself reaches nobody. */
  files: readonly string[];
  /** The queue of traces, shown beside those of alerting. */
  traceQueue: string;
  contactGraph: () => Promise<GraphShown>;
  /** The events that the graph and the readers of the log set aside. */
  setAside: () => Promise<LeftOut[]>;
  /** A key in Redis that exists while a worker runs. */
  workerKey: string;
  now: Now;
  /** The time zone for times shown to people. */
  zone: string;
  /** The setting of the clock, for tests; null when it is the machine's clock. */
  clock: string | null;
  /** Compares the clock with the log. */
  clockGuard: Pick<ClockGuard, 'shown'>;
}

const KEPT_FROM_REPLAY = Object.fromEntries(
  FAILURES.map((failure) => [failure, keptAs(failure, { uncertain: false }) ?? null]),
) as Overview['kept_from_replay'];

const MOST_HELD = 100;
const LAST_COMMANDS = 30;

export function queueNames({ providers, traceQueue }: Pick<OperationTools, 'providers' | 'traceQueue'>): string[] {
  return [traceQueue, ...alertQueues(providers), REPORT_QUEUE];
}

/** Everything that an operator has to know about alerting now. */
export async function overview(tools: OperationTools): Promise<Overview> {
  const { store, queues, graph, providers, files, workerKey, contactGraph } = tools;
  const unready: string[] = [];
  /** Empty while the graph, or what is asked of it, is being made: the page then shows the rest, and says why. */
  const orNothing = async <T>(asked: Promise<T[]>): Promise<T[]> => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof GraphNotReady)) throw error;
      unready.push(error.message);
      return [];
    }
  };
  const [{ state }, figures, alone, counts, failed, held, heldResults, commands, worker, shown, clock] =
    await Promise.all([
      tools.operations.load(),
      Promise.all(queueNames(tools).map((queue) => figuresOf(queues, queue))),
      failingProviders(queues, providers),
      orNothing(graph.providerCounts()),
      orNothing(graph.failedNow()),
      orNothing(graph.heldCases(MOST_HELD)).then((cases) => withReasons(store, cases)),
      orNothing(heldResultsShown(graph, MOST_HELD)),
      orNothing(lastCommands(store, graph)),
      queues.redis.exists(workerKey),
      contactGraph(),
      clockShown(tools.clockGuard),
    ]);
  const names = [...new Set([...providers, ...counts.map(({ provider }) => provider)])].filter(
    (name) => name !== 'none',
  );
  return {
    at: new Date(tools.now()).toISOString(),
    zone: tools.zone,
    clock: tools.clock,
    clock_doubt: clock.doubt,
    reaches_people: providers.some((name) => !files.includes(name)),
    graph: { ...shown, problem: shown.problem ?? unready[0] ?? null },
    worker: worker > 0,
    paused: state.all,
    queues: figures,
    providers: names.map((name) => {
      const counted = counts.find(({ provider }) => provider === name);
      const paused = state.providers.get(name) ?? null;
      const taken = (counted?.sent ?? 0) + (counted?.takenBack ?? 0) > 0;
      const proved = files.includes(name) ? ('file' as const) : taken ? ('fine' as const) : ('untried' as const);
      const working = alone.has(name) ? ('failing' as const) : proved;
      return {
        provider: name,
        state: !providers.includes(name) ? 'removed' : (paused ?? state.all) ? 'paused' : working,
        paused,
        waiting: figures.find(({ queue }) => queue === queueOf(name))?.waiting ?? 0,
        sent: counted?.sent ?? 0,
        taken_back: counted?.takenBack ?? 0,
        failed: counted?.failed ?? {},
      };
    }),
    failed: Object.fromEntries(failed.map(({ reason, alerts }) => [reason, alerts])),
    kept_from_replay: KEPT_FROM_REPLAY,
    held: held.map(heldShown),
    held_results: heldResults,
    commands,
  };
}

async function figuresOf(queues: Waiting, queue: string): Promise<Overview['queues'][number]> {
  const [counts, oldest] = await Promise.all([
    queues.queue(queue).getJobCounts('waiting', 'active', 'delayed', 'prioritized'),
    queues.oldest(queue),
  ]);
  const { waiting = 0, active = 0, delayed = 0, prioritized = 0 } = counts;
  return { queue, waiting: waiting + prioritized + delayed, under_way: active, oldest_seconds: Math.round(oldest) };
}

const COMMANDS = union(
  eventSet(AlertingPaused, AlertingResumed, AlertReplayOrdered, AlertsApproved, AlertsRefused),
  eventSet(HeldResultSettled, SetAsideAccepted, ClockConfirmed),
);

/** The last commands of operators. The graph has only their places; their content is only in the log. */
async function lastCommands(
  store: EventStore,
  graph: Pick<OperatorQueries, 'operatorCommands'>,
): Promise<OperatorCommandShown[]> {
  const places = await graph.operatorCommands(LAST_COMMANDS);
  const read = places.map(async ({ stream, revision }) => {
    for await (const event of store.read({ name: stream, events: COMMANDS }, revision)) {
      const shown = shownOf(event);
      return { at: event.recordedAt.toISOString(), ...shown };
    }
    return undefined;
  });
  return (await Promise.all(read)).filter((each) => each !== undefined);
}

function shownOf(event: RecordedEvent<EventIn<typeof COMMANDS>>): Omit<OperatorCommandShown, 'at'> {
  const by = nameOf(event.provenance.actor);
  const nothing = { provider: null, case_id: null, sample_id: null, alerts: null };
  switch (event.type) {
    case 'AlertingPaused':
    case 'AlertingResumed': {
      const { provider, reason } = event.data;
      return { ...nothing, command: event.type === 'AlertingPaused' ? 'pause' : 'resume', by, reason, provider };
    }
    case 'AlertReplayOrdered': {
      const { alerts, caseId, provider, reason } = event.data;
      return { ...nothing, command: 'replay', by, reason, provider, case_id: caseId, alerts };
    }
    case 'AlertsApproved':
    case 'AlertsRefused': {
      const { caseId, contacts, note } = event.data;
      const command = event.type === 'AlertsApproved' ? 'approve' : 'refuse';
      return { ...nothing, command, by, reason: note, case_id: caseId, alerts: contacts };
    }
    case 'HeldResultSettled': {
      const { sampleId, outcome, reason } = event.data;
      const command = outcome === 'released' ? 'release-result' : 'refuse-result';
      return { ...nothing, command, by, reason, sample_id: sampleId };
    }
    case 'SetAsideAccepted': {
      const { reason, events } = event.data;
      return { ...nothing, command: 'accept-set-aside', by, reason, alerts: events.length };
    }
    case 'ClockConfirmed':
      return { ...nothing, command: 'confirm-clock', by, reason: event.data.reason };
  }
}
