import type { AlertFailure } from './failures.js';

/** Why an alert stands failed. */
export type Failure = AlertFailure | 'undelivered';

/** Those of which somebody has to do something: all but what nobody has to be told any more. */
export const FAILURES = [
  ...(['no-phone', 'unknown-person', 'refused', 'uncertain', 'undelivered'] as const),
  ...(['no-sms', 'bound', 'file'] as const),
] satisfies readonly Failure[];

/** Why an alert is not told again. */
export const KEPT = [
  'not failed any more',
  'replayed already',
  'without a phone',
  'uncertain',
  'nothing to say',
] as const;
export type Kept = (typeof KEPT)[number];

/**
 * Why what failed so is not told again when an operator orders it; undefined where it is. One without a phone is told by
 * itself once there is one, and one that the phone's day had no room for next morning.
 * @param uncertain also one of which nobody knows whether its message went.
 */
export function keptAs(failure: Failure | null, { uncertain }: { uncertain: boolean }): Kept | undefined {
  switch (failure) {
    case 'no-phone':
    case 'unknown-person':
    case 'no-sms':
      return 'without a phone';
    case 'too-late':
    case 'is-a-case':
    case 'bound':
      return 'nothing to say';
    case 'uncertain':
      return uncertain ? undefined : 'uncertain';
    case 'refused':
    case 'undelivered':
    case 'file':
    case null:
      return undefined;
  }
}
