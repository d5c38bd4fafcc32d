import { FAILED, hasNothingToSay } from '../alerting/words.js';
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

/** All facts that decide the tasks of one contact of one live case. */
export interface Situation {
  caseId: string;
  personId: string;
  degree: number;
  first: Instant;
  /** End of the last exposure; null while it is not known to have ended. */
  last: Instant | null;
  /** The rules under which the person is a contact; undefined where they are no longer known. */
  rules: Pick<DiseaseProfile, 'testDays' | 'followUpDays'> | undefined;
  /** Alerts of this person for this case that were sent or failed, under any of their records. */
  alerts: readonly AlertOutcome[];
  /** When the person's samples for the disease were taken, without those that require another sample. */
  samples: readonly Instant[];
  /**
   * Symptoms reported by the person, or by somebody for everybody with the phone, with the alert whose link was used.
   */
  symptoms: readonly Reported[];
}

interface Reported {
  alertId: string;
  at: Instant;
  symptoms: readonly string[];
  /** Null where the answer is for this person alone. */
  phone: OfPhone | null;
}

/**
 * An answer for everybody with a phone: how many people they are, and how many of them have symptoms, without names.
 */
export interface OfPhone {
  people: number;
  ill: number;
}

export interface AlertOutcome {
  alertId: string;
  /** The alert that was sent in its place: for a covered alert the covering one, otherwise itself. */
  through: string;
  told: boolean;
  degree: number;
  /** Why the person could not be notified. */
  reason: string;
  at: Instant;
}

/** A task; what was already done about it is in its stream. */
export interface Task {
  kind: TaskKind;
  /** Distinguishes it from other tasks of the same kind, person and case. */
  what: string;
  /** `what` as it was when days were still counted in UTC; left out where it is the same. */
  formerly?: string;
  due: Instant;
  /** The instant from which days are counted. */
  since: Instant;
  /** Days after `since`, for tests and follow-ups. */
  days: number | null;
  /** Why an alert failed, or which symptoms were reported. */
  reason: string | null;
  /** The alert that failed. */
  alertId: string | null;
  /** The task needs no closing, because a sample was taken. */
  done: boolean;
}

/** A person who is not a contact, was notified that they are, and cannot get a message that corrects it. */
export type ToldWrongly = Pick<AlertOutcome, 'alertId' | 'through' | 'degree' | 'at'>;

export const NOT_TAKEN_BACK = 'not-taken-back';

/**
 * When a contact was last exposed. While the exposure goes on, the latest moment at which alerting looked at it. Alerts
 * that were too late are ignored, because they may be from years later.
 */
export function lastKnownExposure({ first, last, alerts }: Pick<Situation, 'first' | 'last' | 'alerts'>): Instant {
  if (last !== null) return last;
  return Math.max(first, ...alerts.filter(({ reason }) => reason !== FAILED.tooLate).map(({ at }) => at));
}

/** Returns the tasks of a contact. A person who is no longer a contact has no situation, and so no tasks. */
export function tasksOf(situation: Situation, calendar: Calendar): Task[] {
  return [...visits(situation), ...samplings(situation), ...watching(situation, calendar)];
}

/** A team must visit the person, even if another person with the phone got the same message. */
export function taskOfToldWrongly({ alertId, through, at }: ToldWrongly): Task {
  return {
    ...{ kind: 'field-visit', what: `${alertId} taken back`, due: at, since: at, days: null },
    ...{ reason: NOT_TAKEN_BACK, alertId: through, done: false },
  };
}

/** Visits for failed alerts, unless an alert of the same or a closer degree reached the person. */
function visits({ alerts }: Situation): Task[] {
  const failed = alerts.filter(
    (each) =>
      !each.told && !hasNothingToSay(each.reason) && !alerts.some((other) => other.told && other.degree <= each.degree),
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
 * While an exposure goes on, days are counted from its beginning; once it has ended, from its end. A sample of the same
 * day counts for a test due on that day, even if it was taken in the morning and the exposure was in the evening.
 */
function watching({ degree, first, last, rules, samples }: Situation, calendar: Calendar): Task[] {
  if (degree !== 1 || !rules) return [];
  const since = last ?? first;
  // Tasks are named by the day, so that minutes which a corrected visit adds to the last exposure make no new task.
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
      /**
       * A note is sealed differently each time: the code that can open it says whether it differs from the existing
       * one.
       */
      otherNote: boolean;
    }
  | { type: 'Reopen'; taskId: string; reason: Sealed };

/** What was done about a task, and who did it. */
export type Closure = TaskClosed['data'] & { by: string };

export interface TaskState {
  /** How it was closed; null while it is open, also after a reopening. */
  closed: Closure | null;
}

/** The closing of a task. The same closing again changes nothing; for another one the task must be reopened first. */
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
