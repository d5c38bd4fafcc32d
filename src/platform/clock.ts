import { DateTime } from 'luxon';

/** Milliseconds since 1970. Whatever is decided by the day or the hour asks this, and never the machine. */
export type Now = () => number;

const SHIFT = /^([+-])(\d{1,5})([dhm])$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const UNIT = { d: 86_400_000, h: 3_600_000, m: 60_000 };

export const CLOCK_FORM =
  'must be a time with its offset, such as 2021-08-15T10:00:00+07:00, or a shift such as -3d or +36h';

/**
 * A clock for tests and rehearsals, undefined where the text is not one.
 * @param text an instant, at which the clock stands still, so that all processes agree on it; or by how much it is ahead
 * of, or behind, the clock of the machine, with which it goes on.
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
