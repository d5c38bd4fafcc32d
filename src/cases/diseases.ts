import type { TestResult } from '../samples/index.js';
import type { Calendar } from '../kernel/calendar.js';
import { doubtsOf, type Doubt } from './doubts.js';
import type { DiseaseProfile } from './profile.js';
import type { EventStore } from '../event-log/event-store.js';
import { allProfiles } from './profiles.js';
import { calendarOf } from '../platform/calendar.js';
import { defineDependency } from '../requests/context.js';

/** The diseases that a profile exists for. Profiles are only ever added: what was known once stays known, in one log. */
export class Diseases {
  #known: ReadonlyMap<string, readonly DiseaseProfile[]> = new Map();

  readonly #calendar: Calendar;

  /** @param zone whose days are counted. */
  constructor(
    private readonly store: EventStore,
    zone: string,
  ) {
    this.#calendar = calendarOf(zone);
  }

  /** The log is another one, which may lack profiles of the former. */
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

  /** What of a result all profiles of its disease make impossible: one that any of them allows is not doubted. */
  doubts(result: TestResult): Doubt[] {
    const profiles = [...(this.#known.get(result.disease) ?? [])].sort((a, b) => b.reinfectionDays - a.reinfectionDays);
    const doubts = profiles.map((profile) => doubtsOf(result, profile, this.#calendar));
    return doubts.reduce<Doubt[]>((least, each, i) => (i === 0 || each.length < least.length ? each : least), []);
  }

  /** Those known when last asked. */
  get known(): string[] {
    return [...this.#known.keys()];
  }
}

/** Those of a process. */
export const diseases = defineDependency('diseases', ({ store, zone }) => new Diseases(store, zone));
