import { DateTime } from 'luxon';

/** Milliseconds since 1970. Every decision that depends on the day or the hour uses this, never the machine's clock. */
export type Now = () => number;

const SHIFT = /^([+-])(\d{1,5})([dhm])$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const UNIT = { d: 86_400_000, h: 3_600_000, m: 60_000 };

export const CLOCK_FORM =
  'must be a time with its offset, such as 2021-08-15T10:00:00+07:00, or a shift such as -3d or +36h';

/**
 * A clock for tests and rehearsals; undefined when the text does not describe one.
 * @param text an instant, for a clock that stands still, so that all processes agree on it; or a shift, for a clock
 * that runs ahead of the machine's clock or behind it.
 */
export function readClock(text: string, machine: Now = Date.now): Now | undefined {
  const [, sign, count, unit] = SHIFT.exec(text) ?? [];
  if (count !== undefined) {
    const by = (sign === '-' ? -1 : 1) * Number(count) * UNIT[unit as keyof typeof UNIT];
    return () => machine() + by;
  }
  const at = INSTANT.test(text) ? DateTime.fromISO(text).toMillis() : NaN;
  return Number.isNaN(at) || at < 0 ? undefined : () => at;
}
