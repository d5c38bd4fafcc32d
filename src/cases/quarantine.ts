import type { Calendar, DayCount } from '../kernel/calendar.js';
import { readInstant, type Instant } from '../kernel/instant.js';

/** Days for which contacts stay at home, or watch their health, after their last exposure; by degree. */
export type QuarantineRules = { [degree in 1 | 2 | 3 | 4 | 5]?: { days: number } | undefined };

/** How long somebody follows the advice. */
export interface Stay {
  /** Days after the last exposure. */
  days: number;
  /** An instant of the last day, which counts as a whole; null while the exposure is not known to have ended. */
  until: Instant | null;
}

/** When a contact was last exposed; `lastExposureAt` is null while the exposure goes on. */
export interface LastExposure {
  degree: number;
  lastExposureAt: string | null;
}

/**
 * How long people who get one message together are advised to stay at home: until the last of them may leave. Undefined
 * where the rules give no advice for any of them.
 */
export function stayOf(rules: QuarantineRules, people: readonly LastExposure[], calendar: Calendar): Stay | undefined {
  const stays = people.flatMap(({ degree, lastExposureAt }): Stay[] => {
    const days = rules[degree as keyof QuarantineRules]?.days;
    if (days === undefined) return [];
    // Counted like the due day of a follow-up task, so that message and task name the same day.
    const until = lastExposureAt === null ? null : calendar.plusDays(readInstant(lastExposureAt), days);
    return [{ days, until }];
  });
  const open = stays.filter(({ until }) => until === null);
  if (open.length > 0) return { days: Math.max(...stays.map(({ days }) => days)), until: null };
  return stays.reduce<Stay | undefined>(
    (last, next) => (last && (last.until ?? 0) >= (next.until ?? 0) ? last : next),
    undefined,
  );
}

/** Default where the rules of a case are no longer known. */
const REINFECTION_DAYS = 90;

/**
 * Whether an exposure can be ignored because the person already has the disease: it was before the day from which
 * another positive sample would be a new illness. Alerting and tasks both decide by this function alone.
 * @param sampledAt when the first sample of the person's own case was taken.
 * @param exposedAt end of the last exposure; while it goes on, its latest known moment.
 */
export function isWithinOwnCase(
  sampledAt: Instant,
  exposedAt: Instant,
  reinfectionDays: number | undefined,
  calendar: DayCount,
): boolean {
  return exposedAt < calendar.plusDays(sampledAt, reinfectionDays ?? REINFECTION_DAYS);
}
