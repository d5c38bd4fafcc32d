import { monthOf, readInstant } from '../kernel/instant.js';
import { idOf } from '../kernel/ids.js';

/** Names of the streams: one place that knows how they are spelt. */
export const streams = {
  /** @param at an instant inside the month, as text. */
  presence: (personId: string, at: string) => `presence-${personId}-${monthOf(readInstant(at))}`,
  sample: (sampleId: string) => `sample-${sampleId}`,
  case: (caseId: string) => `case-${caseId}`,
  brake: (caseId: string) => `brake-${caseId}`,
  alert: (alertId: string) => `alert-${alertId}`,
  recipient: (disease: string, phoneIndex: string, sequence: number) =>
    `recipient-${idOf('recipient', disease, phoneIndex, String(sequence))}`,
  /** @param day as 2021-08-01. */
  allowance: (phoneIndex: string, day: string) => `allowance-${idOf('allowance', phoneIndex, day)}`,
  reminder: (reminderId: string) => `reminder-${reminderId}`,
  answers: (alertId: string) => `answers-${alertId}`,
  task: (taskId: string) => `task-${taskId}`,
  person: (personId: string) => `person-${personId}`,
  key: (personId: string) => `key-${personId}`,
  place: (placeId: string) => `place-${placeId}`,
  // Not place-kinds: a place may have the id "kinds".
  placeKinds: 'kinds-of-places',
  profiles: 'profiles',
  /** What operators decided about alerting as a whole. */
  operations: 'operations-alerts',
  /** What operators said of events that are set aside. */
  setAside: 'operations-set-aside',
  /** What people said of the clock. */
  clock: 'truyvet-clock',
  store: 'truyvet-store',
} as const;
