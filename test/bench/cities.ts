import { makeCity, randomFrom, type City } from '../../src/entrypoints/demo/city.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import type { RecordedEvent } from '../../src/event-log/event-store.js';

export type CityName = 'sparse' | 'crowded';

export interface Scale {
  people: number;
  days: number;
  cases: number;
  /** Check-ins for the end-to-end row. */
  checkIns: number;
}

export const SCALES: Record<'small' | 'full', Scale> = {
  small: { people: 10_000, days: 14, cases: 20, checkIns: 40_000 },
  full: { people: 200_000, days: 14, cases: 60, checkIns: 500_000 },
};

/** For tests. In the crowded city, some contacts have more sources than the engine keeps. */
export const TINY: Record<CityName, Scale> = {
  sparse: { people: 400, days: 14, cases: 4, checkIns: 0 },
  crowded: { people: 600, days: 21, cases: 4, checkIns: 0 },
};

/** 2021-06-01. */
export const FIRST_DAY = 18_779;
const SHAPES = { sparse: { peoplePerPlace: 10, zipf: 0.3 }, crowded: { peoplePerPlace: 20, zipf: 0.6 } };

export function cityOf(name: CityName, { people, days }: Scale): City {
  return makeCity({ ...SHAPES[name], people, days, firstDay: FIRST_DAY, seed: 1 });
}

export const personId = (number: number) => `person-${String(number).padStart(6, '0')}`;
export const placeId = (number: number) => `place-${String(number).padStart(5, '0')}`;

/** A case to trace; times are in seconds. */
export interface TraceCase {
  person: number;
  from: number;
  until: number;
}

/**
 * Random cases, the same for each seed: sampled between the sixth and the ninth day, infectious for seven days that
 * begin three days earlier. Contacts of contacts count until the end of the history.
 */
export function casesOf({ people, cases }: Scale, seed = 7): TraceCase[] {
  const random = randomFrom(seed);
  return Array.from({ length: cases }, () => {
    const person = Math.floor(random() * people);
    const sampled = (FIRST_DAY + 5 + Math.floor(random() * 4)) * SECONDS_PER_DAY + 9 * 3600;
    return { person, from: sampled - 3 * SECONDS_PER_DAY, until: sampled + 4 * SECONDS_PER_DAY };
  });
}

/** A range of visits as events of the log; each visit's index is its position. */
export function eventsOf(city: City, first: number, end: number): RecordedEvent[] {
  const random = randomFrom(first + 1);
  const hex = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const recordedAt = new Date((FIRST_DAY + 30) * SECONDS_PER_DAY * 1000);
  const events: RecordedEvent[] = [];
  for (let i = first; i < end; i++) {
    const data = {
      visitId: `${hex()}-1111-5111-8111-${hex()}1111`,
      personId: personId(city.persons[i] ?? 0),
      placeId: placeId(city.placeOf[i] ?? 0),
      arrivedAt: formatInstant(city.from[i] ?? 0),
      leftAt: formatInstant(city.to[i] ?? 0),
      seat: null,
    };
    const commit = BigInt(i + 1);
    events.push({
      type: 'CheckedIn',
      data,
      id: data.visitId,
      stream: 'presence',
      revision: i,
      position: { commit, prepare: commit },
      provenance: { source: 'bench' },
      recordedAt,
    });
  }
  return events;
}
