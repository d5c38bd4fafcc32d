import type { OfPhone } from './task.js';
import type { TaskKind, TaskOutcome } from './task-kinds.js';

/** Tasks as queries of the contact graph return them. Instants are seconds. */

/** A task: something to do for a contact. */
export interface TaskFacts {
  id: string;
  kind: TaskKind;
  caseId: string;
  personId: string;
  degree: number;
  due: number;
  /** The instant from which days are counted: the last exposure, or the event that caused the task. */
  since: number;
  /** Days after `since`; null where the task is due at once. */
  days: number | null;
  /** Why an alert failed, or the reported symptoms. */
  reason: string | null;
  /** `done` needs no closing, because a sample was taken. */
  state: 'open' | 'done' | 'closed';
  outcome: TaskOutcome | null;
  /** Outcome of the reminder; null where none was due. */
  reminder: 'sent' | 'failed' | null;
}

/** Identifies a task that exists, or that existed when it was closed. */
export type TaskName = Pick<TaskFacts, 'id' | 'kind' | 'caseId' | 'personId'>;

export interface TasksPage {
  kinds: readonly TaskKind[];
  states: readonly TaskFacts['state'][];
  caseId?: string | undefined;
  /** Id of any record of the person. */
  personId?: string | undefined;
  /** Due from `from` on and before `until`. */
  from: number;
  until: number;
  after?: Pick<TaskFacts, 'due' | 'id'> | undefined;
  limit: number;
}

/** A contact's answer to an alert. */
export interface AnswerFacts {
  personId: string;
  caseId: string;
  at: number;
  symptoms: string[];
  vaccinated: boolean;
  moved: boolean;
  /** Null where the answer is for the person alone. */
  phone: OfPhone | null;
}

/** One contact of one case, by any record of the person. */
export interface ContactOf {
  caseId: string;
  personId: string;
}
