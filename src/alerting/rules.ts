import {
  allProfiles,
  stayOf,
  type Contact,
  type DiseaseProfile,
  type LastExposure,
  type Stay,
} from '../cases/index.js';
import { DateTime } from 'luxon';
import { OPEN, type Word } from './alert.js';
import type { Calendar } from '../kernel/calendar.js';
import { readInstant, type Instant } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import { calendarOf } from '../platform/calendar.js';
import { zoneOf } from '../platform/zone.js';
import type { Now } from '../platform/clock.js';
import type { CaseView } from './case-views.js';

/** The time zone and clock by which days are counted. */
export interface Days {
  zone: string;
  now: Now;
}

/**
 * The rules under which contacts were found. They are read once, since a version names one set of rules for as long as
 * the log exists.
 */
export class Rules {
  #known = new Map<string, DiseaseProfile>();
  readonly calendar: Calendar;

  constructor(
    private readonly store: EventStore,
    private readonly days: Days,
  ) {
    this.calendar = calendarOf(days.zone);
  }

  /** Forgets all rules, because the log is another one, in which the same version may name other rules. */
  forget(): void {
    this.#known = new Map();
  }

  /** The rules of the latest trace; undefined if there is none, or they are not known any more. */
  async of({ list: { latest } }: CaseView): Promise<DiseaseProfile | undefined> {
    if (!latest) return undefined;
    const name = nameOf(latest.profileId, latest.profileVersion);
    if (!this.#known.has(name)) {
      const profiles = await allProfiles(this.store);
      this.#known = new Map(profiles.map((profile) => [nameOf(profile.id, profile.version), profile]));
    }
    return this.#known.get(name);
  }

  /** What a contact has to be notified of, according to the latest trace. */
  async wordFor(view: CaseView, contact: Contact): Promise<Word> {
    const rules = await this.of(view);
    return { degree: contact.degree, until: this.named(this.stayOf(rules, [contact])) };
  }

  /** Until when these people, who are notified by one message, have to follow its advice. */
  stayOf(rules: DiseaseProfile | undefined, people: readonly LastExposure[]): Stay | undefined {
    return stayOf(rules?.quarantine ?? {}, people, this.calendar);
  }

  /** Until when a contact has to watch their health: F1 until the end of follow-up, others as their message says. */
  watchOf(rules: DiseaseProfile | undefined, contact: LastExposure): Stay | undefined {
    if (!rules) return undefined;
    return stayOf({ ...rules.quarantine, 1: { days: rules.followUpDays } }, [contact], this.calendar);
  }

  /** The last day that a message names: a date, `open`, or null if it names none. */
  named(stay: Stay | undefined): string | null {
    if (!stay) return null;
    return stay.until === null ? OPEN : this.#dayOf(stay.until);
  }

  /**
   * Whether the last day of the advice for a contact is over. If the rules name no day for the degree, that is the last
   * day of follow-up. An exposure that goes on as far as is known is taken to have ended when another positive sample
   * of the case would be a new illness.
   */
  async isOver(view: CaseView, contact: LastExposure): Promise<boolean> {
    const rules = await this.of(view);
    if (!rules) return false;
    const { latest } = view.list;
    const stay = rules.quarantine[contact.degree as keyof typeof rules.quarantine] ?? { days: rules.followUpDays };
    const last: Instant | null | undefined = stayOf({ [contact.degree]: stay }, [contact], this.calendar)?.until;
    const healthy = this.calendar.plusDays(readInstant(latest?.from ?? ''), rules.reinfectionDays + stay.days);
    return this.isPast(this.#dayOf(last ?? healthy));
  }

  /** Whether a day is before today; false for null and `open`. */
  isPast(day: string | null): boolean {
    return day !== null && day !== OPEN && day < this.#dayOf(this.days.now() / 1000);
  }

  #dayOf(at: Instant): string {
    return DateTime.fromSeconds(at, { zone: zoneOf(this.days.zone) }).toISODate() ?? '';
  }
}

function nameOf(id: string, version: number): string {
  return `${id}@${version}`;
}
