import { DateTime } from 'luxon';
import { formatInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import { RowNotes } from './remarks.js';

/** Correct phones and tills may be off by minutes. A time that is further in the future comes from a wrong clock. */
const TOLERATED_SECONDS = 600;

/** The clock, the age limit and the languages for accepting rows. */
export interface TimeLimits {
  /** Milliseconds since 1970; this machine's clock when absent. */
  now?: () => number;
  /** Presence older than this many days is refused; any age is accepted when undefined. */
  retentionDays?: number | undefined;
  /** The languages that have texts; those of the program when absent. */
  languages?: ReadonlySet<string>;
}

/** The same limits without the age limit, for history that is imported on purpose. */
export function ofAnyAge({ retentionDays: _, ...others }: TimeLimits): TimeLimits {
  return others;
}

/** The languages of the texts in `messages/`, which are part of the program. */
const OF_THE_PROGRAM: ReadonlySet<string> = new Set(['vi', 'en']);

/** Checks the times of rows, and collects notes about a row. It is reset for each row. */
export class Clock {
  /** Whether a time of the row had no zone. */
  assumed = false;
  readonly notes = new RowNotes();
  #now = 0;
  #latest = '';
  #oldest = '';

  /** @param zone the zone of times without one, by its name in the IANA database. */
  constructor(
    readonly zone: string,
    private readonly limits: TimeLimits = {},
  ) {}

  /** Whether there are texts in a language. */
  hasTexts(language: string): boolean {
    return (this.limits.languages ?? OF_THE_PROGRAM).has(language);
  }

  /** Starts a row with the current time, because a file or a batch may take hours. */
  beginRow(): void {
    this.assumed = false;
    this.notes.begin();
    const now = Math.floor((this.limits.now ?? Date.now)() / 1000);
    if (now === this.#now) return;
    const { retentionDays } = this.limits;
    this.#now = now;
    this.#latest = formatInstant(now + TOLERATED_SECONDS);
    this.#oldest = retentionDays === undefined ? '' : formatInstant(Math.max(0, now - retentionDays * SECONDS_PER_DAY));
  }

  /** The day of an instant in the zone, such as 2021-08-01. */
  dateOf(instant: string): string | null {
    return DateTime.fromISO(instant, { zone: this.zone }).toISODate();
  }

  /** What is wrong with an instant that must not be in the future. */
  future(instant: string): { reason: string; fix: string } | undefined {
    if (instant <= this.#latest) return undefined;
    return {
      reason: `is in the future (${instant}): by the clock of this machine it is ${formatInstant(this.#now)}`,
      fix: 'Correct the time or its offset from UTC, and the clock that gave it.',
    };
  }

  /** What is wrong with presence that ended at an instant: it may be older than the limit. */
  outlived(instant: string): { reason: string; fix: string } | undefined {
    if (instant >= this.#oldest) return undefined;
    return {
      reason: `is older than the ${this.limits.retentionDays} days for which presence is kept (over by ${instant})`,
      fix: 'Correct the time, or import history on purpose: --history on the command line, ?history=true by HTTP.',
    };
  }
}
