/**
 * Why an alert told nobody:
 * - `no-sms`: the number is one of a fixed line or of a service, which takes no SMS;
 * - `too-late`: the last day of what it would have said was over;
 * - `is-a-case`: the person is a live case of the disease;
 * - `bound`: the phone had all the messages of a day; the latest state is said next morning;
 * - `file`: it went to a file only, although providers are configured that reach people.
 */
export const ALERT_FAILURES = [
  'no-phone',
  'unknown-person',
  'refused',
  'uncertain',
  'no-sms',
  'too-late',
  'is-a-case',
  'bound',
  'file',
] as const;
/** Those after which nobody has to be told any more. */
export const NOTHING_TO_SAY: readonly string[] = ['too-late', 'is-a-case'] satisfies AlertFailure[];

export type AlertFailure = (typeof ALERT_FAILURES)[number];

/**
 * Why what was told is not taken back by a message: `over` since the last day of what was told has passed, `bound` since
 * the phone had all the messages of a day, of which the latest state is said next morning.
 */
export const WITHDRAWAL_FAILURES = ['no-phone', 'refused', 'uncertain', 'file', 'over', 'bound', 'is-a-case'] as const;
export type WithdrawalFailure = (typeof WITHDRAWAL_FAILURES)[number];
