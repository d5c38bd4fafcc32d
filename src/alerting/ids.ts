import { idOf } from '../kernel/ids.js';

export function alertIdOf(caseId: string, personId: string, sequence: number): string {
  return idOf('alert', caseId, personId, String(sequence));
}
