import { idOf } from '../kernel/ids.js';

/** @param day such as 2021-08-01. */
export function reminderIdOf(disease: string, phoneIndex: string, day: string): string {
  return idOf('reminder', disease, phoneIndex, day);
}
