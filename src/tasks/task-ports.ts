import type { OfPhone } from './task.js';
import type { TaskKind, TaskOutcome } from './task-kinds.js';

/** What is asked of the tasks in the contact graph. Instants are seconds. */

/** Something to do about a contact. */
export interface TaskFacts {
  id: string;
  kind: TaskKind;
  caseId: string;
  personId: string;
  degree: number;
  due: number;
  /** From where the days are counted: the last exposure, or what happened. */
  since: number;
  /** Days after `since`; null where it is due at once. */
  days: number | null;
  /** Why an alert failed, or the symptoms. */
  reason: string | null;
  /** `done` needs no closing: a sample was taken. */
  state: 'open' | 'done' | 'closed';
  outcome: TaskOutcome | null;
  /** What became of the message that reminds of it; null where none was due. */
  reminder: 'sent' | 'failed' | null;
}

/** Of a task that there is, or was when it was closed. */
export type TaskName = Pick<TaskFacts, 'id' | 'kind' | 'caseId' | 'personId'>;

export interface TasksPage {
  kinds: readonly TaskKind[];
  states: readonly TaskFacts['state'][];
  caseId?: string | undefined;
  /** Any record. */
  personId?: string | undefined;
  /** Due from here on, and before. */
  from: number;
  until: number;
  after?: Pick<TaskFacts, 'due' | 'id'> | undefined;
  limit: number;
}

/** What a contact answered to an alert. */
export interface AnswerFacts {
  personId: string;
  caseId: string;
  at: number;
  symptoms: string[];
  vaccinated: boolean;
  moved: boolean;
  /** Null where it is of the person alone. */
  phone: OfPhone | null;
}

/** One contact, by any record. */
export interface ContactOf {
  caseId: string;
  personId: string;
}
