import { idOf } from '../kernel/ids.js';

/** @param what distinguishes the task from others of the same kind, case and person. */
export function taskIdOf(kind: string, caseId: string, personId: string, what: string): string {
  return idOf('task', kind, caseId, personId, what);
}
