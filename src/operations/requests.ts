import { BY, WHY, type Given } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import { timeForPeople } from '../platform/times.js';
import { defineCommandAnswering, defineQuestion } from '../requests/define.js';
import type { ClockShown, ConfirmedClock } from './clock.js';
import { REPLAYED_BY_DEFAULT, REPLAYED_REASONS } from '../alerting/words.js';
import type { Overview } from './overview-answer.js';
import type { Paused } from './pausing.js';
import type { Replayed } from './replay.js';
import { keptFromReplay, overviewLines } from './alerting-lines.js';

const TAG = 'operation';
const BY_DEFAULT = `${REPLAYED_BY_DEFAULT.slice(0, -1).join(', ')} and ${REPLAYED_BY_DEFAULT.at(-1)}`;

const PROVIDER = {
  kind: 'line',
  required: false,
  most: 50,
  help: 'the name of a provider in providers.json (default: all providers)',
  fix: 'Give the name of a provider, or leave it out.',
} as const;

export const alertingStatus = defineQuestion({
  name: 'alerting',
  permission: 'alerting:operate',
  says: 'show queues, providers, failed alerts, held cases and the last commands of operators',
  fields: {},
  needs: ['any-graph', 'queues'],
  http: { path: 'operations/alerts', tag: TAG },
  cli: {
    words: 'alerts status',
    shortened: true,
    ofMessages: true,
    indented: true,
    told: (now: Overview) => overviewLines(now),
  },
  answer: async () => (await import('./overview-answer.js')).overviewAnswer,
  handle: async (context) => {
    const [{ operationTools }, { overview }] = [await import('./open.js'), await import('./overview.js')];
    return overview(context.of(operationTools));
  },
});

const PAUSING = { provider: PROVIDER, by: BY, reason: WHY } as const;

function pausing(type: 'Pause' | 'Resume') {
  return async (context: Context, given: Given<typeof PAUSING>): Promise<Paused> => {
    const [{ operationTools }, { pauseOrResume }] = [await import('./open.js'), await import('./pausing.js')];
    return pauseOrResume(context.of(operationTools), type, given, context.provenance);
  };
}

function* pausedLines({ outcome, paused }: Paused, provider: string | undefined, done: string, was: string) {
  const what = provider ?? 'all providers';
  yield outcome === 'new' ? done : `Nothing changed: messages to ${what} were already ${was}paused.`;
  if (paused.all) yield 'Paused: all providers. Resume with: npx truyvet alerts resume --by NAME --reason TEXT';
  for (const name of paused.providers) {
    yield `Paused: ${name}. Resume with: npx truyvet alerts resume --provider ${name} --by NAME --reason TEXT`;
  }
}

export const pauseAlerts = defineCommandAnswering({
  name: 'pause-alerts',
  permission: 'alerting:operate',
  says: 'pause messages to one provider or to all; they wait, and none is lost',
  fields: PAUSING,
  needs: ['any-graph', 'queues'],
  http: { path: 'operations/alerts/pause', tag: TAG },
  cli: {
    words: 'alerts pause',
    told: (answer: Paused, { provider }) =>
      pausedLines(
        answer,
        provider,
        `No more messages go to ${provider ?? 'all providers'}; those that are due wait, and none is lost.`,
        '',
      ),
  },
  answer: async () => (await import('./pausing.js')).pausedAnswer,
  handle: pausing('Pause'),
});

export const resumeAlerts = defineCommandAnswering({
  name: 'resume-alerts',
  permission: 'alerting:operate',
  says: 'resume paused messages',
  fields: PAUSING,
  needs: ['any-graph', 'queues'],
  http: { path: 'operations/alerts/resume', tag: TAG },
  cli: {
    words: 'alerts resume',
    told: (answer: Paused, { provider }) =>
      pausedLines(answer, provider, `Messages to ${provider ?? 'all providers'} are resumed.`, 'not '),
  },
  answer: async () => (await import('./pausing.js')).pausedAnswer,
  handle: pausing('Resume'),
});

export const replayAlerts = defineCommandAnswering({
  name: 'replay-alerts',
  permission: 'alerting:operate',
  says: 'send failed alerts again',
  fields: {
    case_id: {
      kind: 'case',
      required: false,
      flags: ['case'],
      help: 'only alerts of this case',
      fix: 'Give the id of a case, or leave it out.',
    },
    failed_as: {
      kind: 'choices',
      required: false,
      choices: REPLAYED_REASONS,
      help: `only alerts that failed for these reasons (default: ${BY_DEFAULT})`,
      fix: `Give a list of any of ${REPLAYED_REASONS.join(', ')}, or leave it out.`,
    },
    provider: { ...PROVIDER, help: 'only alerts that failed through this provider' },
    uncertain: {
      kind: 'flag',
      required: false,
      help: 'also alerts whose message may have been sent: some people may get the same message twice',
      fix: 'Give true or false, or leave it out.',
    },
    by: BY,
    reason: WHY,
  },
  needs: ['any-graph', 'queues'],
  http: { path: 'operations/alerts/replay', tag: TAG },
  cli: {
    words: 'alerts replay',
    *told({ replayed, kept }: Replayed) {
      yield `${replayed} failed ${replayed === 1 ? 'alert is' : 'alerts are'} sent again.`;
      yield* keptFromReplay(kept);
    },
  },
  answer: async () => (await import('./replay.js')).replayedAnswer,
  handle: async (context, given) => {
    const [{ operationTools }, { replay }] = [await import('./open.js'), await import('./replay.js')];
    return replay(context.of(operationTools), given, context.provenance);
  },
});

export const showClock = defineQuestion({
  name: 'clock',
  permission: 'clock:read',
  says: 'show whether the clock is in doubt, and why',
  fields: {},
  needs: [],
  http: { path: 'operations/clock', tag: TAG },
  cli: {
    words: 'clock show',
    group: 'the clock of this machine, compared with the log; no new data is accepted while it is in doubt',
    isDefault: true,
    *told({ clock, last_event, doubt }: ClockShown, _given, zone) {
      yield `The clock says ${timeForPeople(clock, zone)}.`;
      if (last_event === null) yield 'The log has no event to compare it with.';
      else yield `The last event of the log was recorded at ${timeForPeople(last_event, zone)}.`;
      if (doubt === null) return yield 'It is not in doubt.';
      yield 'It is IN DOUBT: correct it or, if it is right, confirm it:';
      yield '  npx truyvet clock confirm --by NAME --reason TEXT';
    },
  },
  answer: async () => (await import('./clock.js')).clockAnswer,
  handle: async (context) => (await import('./clock.js')).show(context),
});

export const confirmClock = defineCommandAnswering({
  name: 'confirm-clock',
  permission: 'clock:confirm',
  says: 'confirm that the clock of this machine is right: everything that waited for it continues, in all processes',
  fields: { by: BY, reason: WHY },
  needs: [],
  http: { path: 'operations/clock/confirm', tag: TAG },
  cli: {
    words: 'clock confirm',
    *told({ outcome, clock }: ConfirmedClock, _given, zone) {
      const now = timeForPeople(clock, zone);
      if (outcome === 'new')
        yield `Confirmed: it is ${now}. Everything that waited for it continues within half a minute.`;
      else yield `The clock was not in doubt: it is ${now}.`;
    },
  },
  answer: async () => (await import('./clock.js')).confirmedAnswer,
  handle: async (context, given) => (await import('./clock.js')).confirm(context, given),
});

export const OPERATION_REQUESTS = [alertingStatus, pauseAlerts, resumeAlerts, replayAlerts, showClock, confirmClock];
