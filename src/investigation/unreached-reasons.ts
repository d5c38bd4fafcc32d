/** Labels for why a contact was not told. */
export const UNREACHED_REASONS = {
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
export type UnreachedReason = keyof typeof UNREACHED_REASONS;

export const ALL_UNREACHED_REASONS = Object.keys(UNREACHED_REASONS) as [UnreachedReason, ...UnreachedReason[]];

/** @param reason of the failed alert. */
export function unreachedReasonOf(reason: string | null): UnreachedReason {
  return reason !== null && reason in UNREACHED_REASONS ? (reason as UnreachedReason) : 'failed';
}

/** The end of a line about a contact; empty for contacts whom a message told, or may yet tell. */
export function unreachedWords(reason: UnreachedReason | null): string {
  if (reason === null) return '';
  return reason === 'is-a-case' ? `; ${UNREACHED_REASONS[reason]}` : `; not told: ${UNREACHED_REASONS[reason]}`;
}
