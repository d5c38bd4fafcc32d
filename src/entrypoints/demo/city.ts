import { SECONDS_PER_DAY } from '../../kernel/instant.js';

export interface CityOptions {
  people: number;
  days: number;
  /** Number of people per place. */
  peoplePerPlace: number;
  /** Zipf exponent of the places' popularity: 0 makes all equal, larger values make a few very crowded. */
  zipf: number;
  /** First day, in days since 1970-01-01 UTC. */
  firstDay: number;
  seed: number;
}

/** Visits of a made-up city, by index; people and places are numbered from 0, times are seconds since 1970. */
export interface City {
  people: number;
  places: number;
  persons: Uint32Array;
  placeOf: Uint32Array;
  from: Uint32Array;
  to: Uint32Array;
}

/** Average number of visits per person and day. */
const VISITS_A_DAY = 2.5;

/**
 * Generates a city; the same seed gives the same city. Everyone makes two or three visits a day, half of them to one of
 * three usual places. Visits begin between 6 and 22 hours, last 10 minutes to 4 hours and are in order of arrival.
 */
export function makeCity({ people, days, peoplePerPlace, zipf, firstDay, seed }: CityOptions): City {
  const random = randomFrom(seed);
  const places = Math.max(1, Math.round(people / peoplePerPlace));
  const pick = zipfPicker(places, zipf, random);
  const habits = new Uint32Array(people * 3);
  for (let i = 0; i < habits.length; i++) habits[i] = pick();
  const most = Math.ceil(people * days * (VISITS_A_DAY + 0.5)) + 16;
  const visits = { persons: new Uint32Array(most), placeOf: new Uint32Array(most), from: new Uint32Array(most) };
  const to = new Uint32Array(most);
  let count = 0;
  for (let day = 0; day < days; day++) {
    const start = (firstDay + day) * SECONDS_PER_DAY;
    const first = count;
    for (let person = 0; person < people; person++) {
      for (let n = random() < VISITS_A_DAY - 2 ? 3 : 2; n > 0 && count < most; n--) {
        visits.persons[count] = person;
        visits.placeOf[count] = random() < 0.5 ? (habits[person * 3 + Math.floor(random() * 3)] as number) : pick();
        const from = start + Math.floor((6 + random() * 16) * 3600);
        visits.from[count] = from;
        to[count] = from + Math.floor((10 + random() * random() * 230) * 60);
        count++;
      }
    }
    sortByArrival(visits, to, first, count);
  }
  return {
    people,
    places,
    persons: visits.persons.subarray(0, count),
    placeOf: visits.placeOf.subarray(0, count),
    from: visits.from.subarray(0, count),
    to: to.subarray(0, count),
  };
}

/** Pseudo-random numbers from 0 (inclusive) to 1 (exclusive) for a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function zipfPicker(count: number, exponent: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) sums[i] = sum += 1 / (i + 1) ** exponent;
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function sortByArrival(
  visits: { persons: Uint32Array; placeOf: Uint32Array; from: Uint32Array },
  to: Uint32Array,
  first: number,
  end: number,
): void {
  const keys = new Float64Array(end - first);
  for (let i = 0; i < keys.length; i++) keys[i] = (visits.from[first + i] as number) * 2 ** 21 + i;
  keys.sort();
  for (const column of [visits.persons, visits.placeOf, visits.from, to]) {
    const before = column.slice(first, end);
    for (let i = 0; i < keys.length; i++) column[first + i] = before[(keys[i] as number) % 2 ** 21] as number;
  }
}
