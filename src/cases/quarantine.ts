import type { Calendar, DayCount } from '../kernel/calendar.js';
import { readInstant, type Instant } from '../kernel/instant.js';

/** How long contacts of a degree stay at home, or watch their health, after their last exposure; by degree. */
export type QuarantineRules = { [degree in 1 | 2 | 3 | 4 | 5]?: { days: number } | undefined };

/** Until when somebody follows the advice. */
export interface Stay {
  /** After the last exposure. */
  days: number;
  /** An instant of the last day, all of which counts; null while an exposure goes on for all that is known. */
  until: Instant | null;
}

/** When a contact was exposed last; `lastExposureAt` null while that goes on. */
export interface LastExposure {
  degree: number;
  lastExposureAt: string | null;
}

/**
 * Until when these people are advised to stay at home, who are told with one message: what holds for the last of them
 * holds for all. Undefined where the rules say nothing of any of them.
 */
export function stayOf(rules: QuarantineRules, people: readonly LastExposure[], calendar: Calendar): Stay | undefined {
  const stays = people.flatMap(({ degree, lastExposureAt }): Stay[] => {
    const days = rules[degree as keyof QuarantineRules]?.days;
    if (days === undefined) return [];
    // As a task of follow-up is due: the two name the same day.
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

/** Where the rules of a case are not known any more. */
const REINFECTION_DAYS = 90;

/**
 * Whether an exposure says nothing new of somebody who has the disease: it lies before the days after which another
 * positive sample would be a new illness. Alerting and tasks go by this alone.
 * @param sampledAt of the first sample of the own case.
 * @param exposedAt end of the last exposure; while that goes on, the latest moment of it that is known.
 */
export function isWithinOwnCase(
  sampledAt: Instant,
  exposedAt: Instant,
  reinfectionDays: number | undefined,
  calendar: DayCount,
): boolean {
  return exposedAt < calendar.plusDays(sampledAt, reinfectionDays ?? REINFECTION_DAYS);
}
