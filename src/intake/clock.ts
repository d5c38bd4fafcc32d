import { DateTime } from 'luxon';
import { formatInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import { RowNotes } from './remarks.js';

/** Clocks of honest phones and tills are off by minutes; what is later than this is of one that is wrong. */
const TOLERATED_SECONDS = 600;

/** By which clock, how far back, and beside which texts rows are taken. */
export interface TimeLimits {
  /** Milliseconds since 1970; this machine's clock when left out. */
  now?: () => number;
  /** Presence older than so many days is refused; of any age taken when undefined. */
  retentionDays?: number | undefined;
  /** Languages in which there are texts; those of the program when left out. */
  languages?: ReadonlySet<string>;
}

/** The same limits for history that is imported on purpose. */
export function ofAnyAge({ retentionDays: _, ...others }: TimeLimits): TimeLimits {
  return others;
}

/** Languages of the texts that ship; `messages/` has them. */
const OF_THE_PROGRAM: ReadonlySet<string> = new Set(['vi', 'en']);

/** How the times of rows are read, and what is noted of them: set anew for each row. */
export class Clock {
  /** A time of the row carried no zone. */
  assumed = false;
  readonly notes = new RowNotes();
  #now = 0;
  #latest = '';
  #oldest = '';

  /** @param zone of times that carry none, by its name in the IANA database. */
  constructor(
    readonly zone: string,
    private readonly limits: TimeLimits = {},
  ) {}

  /** Whether somebody can be told anything in a language. */
  hasTexts(language: string): boolean {
    return (this.limits.languages ?? OF_THE_PROGRAM).has(language);
  }

  /** A row begins: a file or a batch may take hours. */
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

  /** The day of an instant in the zone, as 2021-08-01. */
  dateOf(instant: string): string | null {
    return DateTime.fromISO(instant, { zone: this.zone }).toISODate();
  }

  /** What is wrong with an instant that should be past. */
  future(instant: string): { reason: string; fix: string } | undefined {
    if (instant <= this.#latest) return undefined;
    return {
      reason: `is in the future (${instant}): by the clock of this machine it is ${formatInstant(this.#now)}`,
      fix: 'Correct the time or its offset from UTC, and the clock that gave it.',
    };
  }

  /** What is wrong with presence that was over by an instant. */
  outlived(instant: string): { reason: string; fix: string } | undefined {
    if (instant >= this.#oldest) return undefined;
    return {
      reason: `is older than the ${this.limits.retentionDays} days for which presence is kept (over by ${instant})`,
      fix: 'Correct the time, or import history on purpose: --history on the command line, ?history=true by HTTP.',
    };
  }
}
