import { FAILED, FAILURES_OF_ALERTS, reasonOf } from '../alerting/words.js';

/** Why a person was not notified. */
export const UNREACHED_REASONS = ['no-alert', 'waiting', ...FAILURES_OF_ALERTS, 'failed'] as const;
export type UnreachedReason = (typeof UNREACHED_REASONS)[number];

/** @param reason of the failed alert. */
export function unreachedReasonOf(reason: string | null): UnreachedReason {
  return FAILURES_OF_ALERTS.find((each) => each === reason) ?? 'failed';
}

/** The same in words. */
export function wordsOfUnreached(reason: UnreachedReason): string {
  if (reason === 'no-alert') return 'no alert was requested yet';
  if (reason === 'waiting') return 'waiting to be sent';
  const { ofContact, short = 'cannot be reached' } = reasonOf(reason) ?? {};
  return ofContact ?? short;
}

/** The end of a line about a contact; empty for contacts whom a message notified, or may still notify. */
export function unreachedAtEnd(reason: UnreachedReason | null): string {
  if (reason === null) return '';
  return reason === FAILED.isACase ? `; ${wordsOfUnreached(reason)}` : `; not notified: ${wordsOfUnreached(reason)}`;
}
