import { NOTHING_TO_SAY } from '../alerting/index.js';
import type { DiseaseProfile } from '../cases/index.js';
import { nameOf } from '../kernel/actor.js';
import type { Sealed } from '../kernel/content.js';
import type { TaskClosed, TaskEvent } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { refused, type Refused } from '../kernel/errors.js';
import { TASK_CLOSED_OTHERWISE } from './problems.js';
import type { Calendar } from '../kernel/calendar.js';
import { SECONDS_PER_DAY, type Instant } from '../kernel/instant.js';
import type { TaskKind } from './task-kinds.js';

/** All that says what is to be done about one contact of one live case. */
export interface Situation {
  caseId: string;
  personId: string;
  degree: number;
  first: Instant;
  /** End of the last exposure; null while it goes on for all that is known. */
  last: Instant | null;
  /** The rules under which the person is a contact; undefined where they are not known any more. */
  rules: Pick<DiseaseProfile, 'testDays' | 'followUpDays'> | undefined;
  /** Alerts of this person for this case that were told or could not be, under whichever record. */
  alerts: readonly AlertOutcome[];
  /** When the person's samples of the disease were taken, those left out that ask for another. */
  samples: readonly Instant[];
  /** Symptoms that the person, or somebody for the whole phone, reported, by the alert whose link was used. */
  symptoms: readonly Reported[];
}

interface Reported {
  alertId: string;
  at: Instant;
  symptoms: readonly string[];
  /** Null where the answer is of this person alone. */
  phone: OfPhone | null;
}

/** Of an answer for all of a phone: how many people they are, and how many of them have symptoms, whoever these are. */
export interface OfPhone {
  people: number;
  ill: number;
}

export interface AlertOutcome {
  alertId: string;
  /** The alert that speaks for it: of a covered one the other. */
  through: string;
  told: boolean;
  degree: number;
  /** Why it could not be told. */
  reason: string;
  at: Instant;
}

/** Something to do; what was done about it already stands in its stream. */
export interface Task {
  kind: TaskKind;
  /** Tells it from others of the same kind, person and case. */
  what: string;
  /** What told it before days were those of the zone; left out where that is the same. */
  formerly?: string;
  due: Instant;
  /** The instant from which the days are counted. */
  since: Instant;
  /** Days after `since`, of tests and follow-ups. */
  days: number | null;
  /** Why an alert failed, or which symptoms were reported. */
  reason: string | null;
  /** The alert that failed. */
  alertId: string | null;
  /** It needs no closing: a sample was taken. */
  done: boolean;
}

/** Somebody who is no contact, was told that they are, and cannot be told otherwise by a message. */
export type ToldWrongly = Pick<AlertOutcome, 'alertId' | 'through' | 'degree' | 'at'>;

export const NOT_TAKEN_BACK = 'not-taken-back';

/**
 * When a contact was exposed last. Where that goes on, the latest moment at which alerting looked at it: an alert that came
 * too late says nothing of that, since it may be of years later.
 */
export function lastKnownExposure({ first, last, alerts }: Pick<Situation, 'first' | 'last' | 'alerts'>): Instant {
  if (last !== null) return last;
  return Math.max(first, ...alerts.filter(({ reason }) => reason !== 'too-late').map(({ at }) => at));
}

/** What is to be done about a contact; whoever is no contact any more has no situation, and no tasks. */
export function tasksOf(situation: Situation, calendar: Calendar): Task[] {
  return [...visits(situation), ...samplings(situation), ...watching(situation, calendar)];
}

/** Somebody has to tell them, whoever else of the phone was told the same. */
export function taskOfToldWrongly({ alertId, through, at }: ToldWrongly): Task {
  return {
    ...{ kind: 'field-visit', what: `${alertId} taken back`, due: at, since: at, days: null },
    ...{ reason: NOT_TAKEN_BACK, alertId: through, done: false },
  };
}

/** The person was told of nothing that asks as much. */
function visits({ alerts }: Situation): Task[] {
  const failed = alerts.filter(
    (each) =>
      !each.told &&
      !NOTHING_TO_SAY.includes(each.reason) &&
      !alerts.some((other) => other.told && other.degree <= each.degree),
  );
  return failed.map(({ alertId, through, reason, at }) => ({
    ...{ kind: 'field-visit', what: alertId, due: at, since: at, days: null, reason, alertId: through, done: false },
  }));
}

function samplings({ symptoms, samples }: Situation): Task[] {
  return symptoms
    .filter((each) => each.symptoms.length > 0)
    .map(({ alertId, at, symptoms: reported, phone }) => ({
      ...{ kind: 'sampling', what: alertId, due: at, since: at, days: null, alertId: null },
      reason: `${reported.join(', ')}${phone ? `: ${phone.ill} of ${phone.people} people of the phone` : ''}`,
      done: samples.some((taken) => taken >= at),
    }));
}

/**
 * While an exposure goes on days are counted from its beginning, and anew once it has ended. A sample of the day does the
 * test of that day, in the morning as well, though the exposure was in the evening.
 */
function watching({ degree, first, last, rules, samples }: Situation, calendar: Calendar): Task[] {
  if (degree !== 1 || !rules) return [];
  const since = last ?? first;
  // By the day: minutes that a corrected visit adds to the last exposure make no new task.
  const day = calendar.dayOf(since);
  const utcDay = Math.floor(since / SECONDS_PER_DAY);
  const named = (what: (day: number) => string) => ({
    what: what(day),
    ...(utcDay !== day && { formerly: what(utcDay) }),
  });
  const common = { since, reason: null, alertId: null };
  const tests = [...new Set(rules.testDays)].map((days): Task => {
    const due = calendar.plusDays(since, days);
    const done = samples.some((taken) => taken >= calendar.startOf(due));
    return { ...common, kind: 'test', ...named((of) => `${days} after ${of}`), due, days, done };
  });
  const days = rules.followUpDays;
  const due = calendar.plusDays(since, days);
  return [...tests, { ...common, kind: 'follow-up', ...named((of) => `after ${of}`), due, days, done: false }];
}

export type TaskCommand =
  | {
      type: 'Close';
      data: TaskClosed['data'];
      by: string;
      /** A note is sealed otherwise each time: whoever can open it says whether it is another than the one that is there. */
      otherNote: boolean;
    }
  | { type: 'Reopen'; taskId: string; reason: Sealed };

/** What was done about a task, and by whom. */
export type Closure = TaskClosed['data'] & { by: string };

export interface TaskState {
  /** What was done about it; null while nothing was, or since it was opened again. */
  closed: Closure | null;
}

/** What was done about a task. Said again it changes nothing; otherwise said it has to be opened again first. */
export const taskDecider: Decider<TaskCommand, TaskEvent, TaskState> = {
  initialState: { closed: null },

  decide(command, { closed }) {
    if (command.type === 'Reopen') {
      const { taskId, reason } = command;
      return closed === null ? [] : [{ type: 'TaskReopened', data: { taskId, reason } }];
    }
    if (closed === null) return [{ type: 'TaskClosed', data: command.data }];
    const same = closed.outcome === command.data.outcome && closed.by === command.by && !command.otherNote;
    return same ? [] : closedAlready(closed);
  },

  evolve(_state, event, by) {
    return { closed: event.type === 'TaskClosed' ? { ...event.data, by: nameOf(by) } : null };
  },
};

function closedAlready({ taskId, outcome, by }: Closure): Refused {
  return refused(
    TASK_CLOSED_OTHERWISE,
    `The task was closed already: ${outcome}, by ${by}.`,
    `If that is wrong, first: npx truyvet tasks reopen ${taskId} --by NAME --reason TEXT`,
  );
}
