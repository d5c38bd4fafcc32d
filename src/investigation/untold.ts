/** Why somebody was not told, in words. */
export const UNTOLD = {
  'no-alert': 'no alert was asked for yet',
  waiting: 'waiting to be sent',
  'no-phone': 'no phone',
  'unknown-person': 'not registered',
  refused: 'the number is refused',
  undelivered: 'the network could not deliver the message',
  uncertain: 'a message may have gone, nobody can say',
  'no-sms': 'a number that takes no SMS: call, or visit',
  'too-late': 'found too late: what is to be said is over',
  'is-a-case': 'is a case of the disease: not told as a contact',
  bound: 'the phone had all the messages of a day; told next morning',
  file: 'the message went to a file only, which reaches nobody',
  failed: 'cannot be reached',
} as const;
export type Untold = keyof typeof UNTOLD;

export const ALL_UNTOLD = Object.keys(UNTOLD) as [Untold, ...Untold[]];

/** @param reason as the failed alert has it. */
export function untoldAs(reason: string | null): Untold {
  return reason !== null && reason in UNTOLD ? (reason as Untold) : 'failed';
}

/** What a line about a contact says at its end; nothing of whom a message told, or may yet tell. */
export function untoldTold(reason: Untold | null): string {
  if (reason === null) return '';
  return reason === 'is-a-case' ? `; ${UNTOLD[reason]}` : `; not told: ${UNTOLD[reason]}`;
}
