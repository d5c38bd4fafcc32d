import type { TestResult } from '../samples/index.js';
import type { Calendar } from '../kernel/calendar.js';
import { doubtsOf, type Doubt } from './doubts.js';
import type { DiseaseProfile } from './profile.js';
import type { EventStore } from '../event-log/event-store.js';
import { allProfiles } from './profiles.js';
import { calendarOf } from '../platform/calendar.js';
import { defineDependency } from '../requests/context.js';

/**
 * Diseases that have a profile. Profiles are only ever added to a log, so a disease that is known once stays known.
 */
export class Diseases {
  #known: ReadonlyMap<string, readonly DiseaseProfile[]> = new Map();

  readonly #calendar: Calendar;

  /** @param zone time zone in which days are counted. */
  constructor(
    private readonly store: EventStore,
    zone: string,
  ) {
    this.#calendar = calendarOf(zone);
  }

  /** Call when the log was replaced: the new one may lack profiles of the old one. */
  forget(): void {
    this.#known = new Map();
  }

  async has(disease: string): Promise<boolean> {
    if (this.#known.has(disease)) return true;
    const known = new Map<string, DiseaseProfile[]>();
    for (const profile of await allProfiles(this.store)) {
      known.set(profile.disease, [...(known.get(profile.disease) ?? []), profile]);
    }
    this.#known = known;
    return this.#known.has(disease);
  }

  /** Dates of a result that every profile of its disease rules out; what any of them allows is not doubted. */
  doubts(result: TestResult): Doubt[] {
    const profiles = [...(this.#known.get(result.disease) ?? [])].sort((a, b) => b.reinfectionDays - a.reinfectionDays);
    const doubts = profiles.map((profile) => doubtsOf(result, profile, this.#calendar));
    return doubts.reduce<Doubt[]>((least, each, i) => (i === 0 || each.length < least.length ? each : least), []);
  }

  /** The diseases known at the last check of `has`. */
  get known(): string[] {
    return [...this.#known.keys()];
  }
}

/** The diseases that one process knows. */
export const diseases = defineDependency('diseases', ({ store, zone }) => new Diseases(store, zone));
