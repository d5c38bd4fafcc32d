import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { makeCity, randomFrom, type City } from '../../src/entrypoints/demo/city.js';
import type { Kind } from './rows.js';
import { systemCrash } from './sizes.js';

/** A file to import, and its number of rows. */
export interface Input {
  kind: Kind;
  file: string;
  rows: number;
}

/**
 * A made-up city with its outbreak. Each round has its own people, places and phones, so that rounds in one
 * installation do not affect one another; except for these names, rounds with the same seed are equal.
 */
export interface Round {
  /** Prefix of the ids of its people, places and samples. */
  prefix: string;
  /** Which phone of the round a number is. */
  phoneOf(number: string): string;
  /** People with a positive result. */
  cases: string[];
  /**
   * What is imported, step by step. Within a step everything is imported at once, and the order does not change the
   * result: a step either only adds contacts or only removes some.
   */
  steps: Input[][];
}

const { people: PEOPLE } = systemCrash;
const DAYS = 5;
const FIRST_DAY = Date.UTC(2021, 7, 1) / 1000 / SECONDS_PER_DAY;
const TESTED_ON = FIRST_DAY + 3;
/** Percentages of people without a phone, and with the phone of the previous person. */
const NO_PHONE = 8;
const SHARED_PHONE = 25;
/** Shares of the visits that become known only after the first results, and that are corrected to a minute. */
const LATE = 0.2;
const CORRECTED = 0.02;

/** Writes the files of a round. */
export function makeRound(number: number, folder: string, seed: number): Round {
  const prefix = `r${number}-`;
  const random = randomFrom(seed);
  const person = (index: number) => `${prefix}p${String(index).padStart(3, '0')}`;
  const city = makeCity({
    people: PEOPLE,
    days: DAYS,
    peoplePerPlace: 8,
    zipf: 0.2,
    firstDay: FIRST_DAY,
    seed,
  });
  const { phones, added } = phonesOf(number, random);
  const cases = [0.1, 0.4, 0.6, 0.9].map((part) => person(Math.floor(part * PEOPLE)));
  const [first = '', second = '', third = '', fourth = ''] = cases;
  mkdirSync(folder, { recursive: true });
  const input = (kind: Kind, name: string, header: string, rows: string[]): Input => {
    const file = join(folder, `${prefix}${name}.csv`);
    writeFileSync(file, [header, ...rows, ''].join('\n'));
    return { kind, file, rows: rows.length };
  };

  const people = (name: string, list: readonly (string | undefined)[]) =>
    input(
      'people',
      name,
      'person_id,name,phone,language',
      list.map((phone, i) => `${person(i)},Người ${i},${phone ?? ''},${i % 10 === 0 ? 'en' : 'vi'}`),
    );
  const visits = visitRows(city, prefix, person);
  const late = visits.filter(() => random() < LATE);
  const known = new Set(late);
  const corrected = visits.filter(() => random() < CORRECTED);
  const checkIns = (name: string, rows: readonly Visit[]) =>
    input(
      'check-ins',
      name,
      'person_id,place_id,arrived_at,left_at',
      rows.map(({ who, where, from, to }) => [who, where, formatInstant(from), formatInstant(to)].join(',')),
    );
  const results = (name: string, tested: readonly string[], result: string) =>
    input(
      'results',
      name,
      'sample_id,person_id,disease,collected_at,reported_at,result',
      tested.map((who) => `${who}-s,${who},covid-19,${at(TESTED_ON, 9)},${at(TESTED_ON, 15)},${result}`),
    );

  return {
    prefix,
    phoneOf: (phone) => String(Number(phone.slice(-7)) - number * PEOPLE),
    cases,
    steps: [
      [
        people('people', phones),
        input(
          'places',
          'places',
          'place_id,name,kind',
          Array.from({ length: city.places }, (_, i) => `${prefix}place-${i},Chợ ${i},market`),
        ),
      ],
      [
        checkIns(
          'check-ins',
          visits.filter((visit) => !known.has(visit)),
        ),
        results('results', [first, second], 'positive'),
      ],
      [checkIns('late', late), results('more-results', [third, fourth], 'positive')],
      [
        results('retraction', [second], 'retracted'),
        input('isolations', 'isolations', 'person_id,started_at', [
          `${first},${at(TESTED_ON, 10)}`,
          `${person(Math.floor(0.4 * PEOPLE) + 1)},${at(TESTED_ON - 1, 12)}`,
        ]),
        checkIns(
          'corrections',
          corrected.map((visit) => ({ ...visit, to: visit.from + 60 })),
        ),
      ],
      [
        people(
          'phones',
          phones.map((phone, i) => phone ?? added[i]),
        ),
      ],
    ],
  };
}

interface Visit {
  who: string;
  where: string;
  from: number;
  to: number;
}

function visitRows({ persons, placeOf, from, to }: City, prefix: string, person: (index: number) => string): Visit[] {
  return Array.from(persons, (who, i) => ({
    who: person(who),
    where: `${prefix}place-${placeOf[i]}`,
    from: from[i] as number,
    to: to[i] as number,
  }));
}

/** Phones by person, undefined for people without one; and the unshared phones that these people get later. */
function phonesOf(round: number, random: () => number): { phones: (string | undefined)[]; added: string[] } {
  const own = (i: number) => `091${String(round * PEOPLE + i).padStart(7, '0')}`;
  const phones: (string | undefined)[] = [];
  for (let i = 0; i < PEOPLE; i++) {
    const kind = random() * 100;
    const shared = kind < NO_PHONE + SHARED_PHONE ? phones[i - 1] : undefined;
    phones.push(kind < NO_PHONE ? undefined : (shared ?? own(i)));
  }
  return { phones, added: phones.map((_, i) => own(i)) };
}

function at(day: number, hour: number): string {
  return formatInstant(day * SECONDS_PER_DAY + hour * 3600);
}
