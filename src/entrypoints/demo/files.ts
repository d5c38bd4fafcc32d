import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatInstant, SECONDS_PER_DAY } from '../../kernel/instant.js';
import { randomFrom, type City } from './city.js';

const FAMILY_NAMES = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Phan', 'Vũ', 'Đặng', 'Bùi', 'Đỗ'];
const MIDDLE_NAMES = ['Văn', 'Thị', 'Minh', 'Thu', 'Quang', 'Ngọc', 'Đức', 'Thanh'];
const GIVEN_NAMES = ['An', 'Bình', 'Chi', 'Dũng', 'Hà', 'Hùng', 'Lan', 'Linh', 'Nam', 'Phương', 'Sơn', 'Trang', 'Tuấn'];
const KINDS = ['market', 'school', 'workplace', 'restaurant', 'clinic', 'bus', 'pagoda', 'factory'];

/** Percentages of people without a known phone and of people who share a phone with the person before them. */
const NO_PHONE = 4;
const SHARED_PHONE = 15;

export interface DemoFiles {
  people: string;
  places: string;
  checkIns: string;
}

export const personId = (person: number) => `p${String(person + 1).padStart(5, '0')}`;
export const placeId = (place: number) => `place-${String(place + 1).padStart(4, '0')}`;

/** Writes the city as the files that `truyvet import` takes. */
export async function writeCity(city: City, folder: string, seed: number): Promise<DemoFiles> {
  const files = {
    people: join(folder, 'people.csv'),
    places: join(folder, 'places.csv'),
    checkIns: join(folder, 'check-ins.csv'),
  };
  await writeLines(files.people, peopleRows(city, randomFrom(seed)));
  await writeLines(files.places, placeRows(city));
  await writeLines(files.checkIns, checkInRows(city));
  return files;
}

/** Writes a results file with header and rows. */
export async function writeResults(path: string, rows: readonly string[]): Promise<void> {
  await writeLines(path, ['sample_id,person_id,disease,collected_at,reported_at,result', ...rows]);
}

/** A sample of a person, taken some hours into a day of the city. */
export function resultRow(person: number, day: number, hours: number, result: 'positive' | 'retracted'): string {
  const collected = day * SECONDS_PER_DAY + hours * 3600;
  const times = `${formatInstant(collected)},${formatInstant(collected + 6 * 3600)}`;
  return `demo-${personId(person)},${personId(person)},covid-19,${times},${result}`;
}

function* peopleRows({ people }: City, random: () => number): Generator<string> {
  yield 'person_id,name,phone,language,household_id';
  const pick = (names: readonly string[]) => names[Math.floor(random() * names.length)] ?? '';
  let phone = '';
  for (let person = 0; person < people; person++) {
    const name = `${pick(FAMILY_NAMES)} ${pick(MIDDLE_NAMES)} ${pick(GIVEN_NAMES)}`;
    const kind = random() * 100;
    const shares = kind < SHARED_PHONE && phone !== '';
    if (!shares) phone = `09${String(10_000_000 + person * 13).padStart(8, '0')}`;
    const has = kind < 100 - NO_PHONE;
    const household = shares ? personId(person - 1) : personId(person);
    yield `${personId(person)},${name},${has ? phone : ''},${random() < 0.9 ? 'vi' : 'en'},h-${household}`;
  }
}

function* placeRows({ places }: City): Generator<string> {
  yield 'place_id,name,kind,capacity,latitude,longitude,default_stay_minutes';
  for (let place = 0; place < places; place++) {
    const kind = KINDS[place % KINDS.length] ?? 'other';
    yield `${placeId(place)},${kind} ${place + 1},${kind},,${(21 + place / 10_000).toFixed(4)},105.8000,`;
  }
}

function* checkInRows({ persons, placeOf, from, to }: City): Generator<string> {
  yield 'person_id,place_id,arrived_at,left_at';
  for (let i = 0; i < persons.length; i++) {
    const times = `${formatInstant(from[i] as number)},${formatInstant(to[i] as number)}`;
    yield `${personId(persons[i] as number)},${placeId(placeOf[i] as number)},${times}`;
  }
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const text = Readable.from(
    (function* () {
      for (const line of lines) yield `${line}\n`;
    })(),
  );
  await pipeline(text, createWriteStream(path));
}
