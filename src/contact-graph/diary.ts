import { SECONDS_PER_DAY } from '../kernel/instant.js';
import { asNumbers, clip, Words, type Segment } from './packed.js';
import { DAYS, type StayDays } from './ports.js';

/**
 * A diary is one person in a stretch of days: where the person was, packed as records of six unsigned 32-bit numbers.
 * Each event about a visit is one record in every diary that the visit touches, or touched before. Records are only
 * ever appended: of the records of one visit, copies of an event that came before are dropped, the last of the others
 * holds, and an empty stay withdraws the visit from this stretch. A stay over a boundary is clipped into both diaries.
 *
 * The six numbers: the lower 32 bits of the visit's key; bits of the event's id; the place; the start and how far the
 * visit's number is from those lower 32 bits; the end, whether it is imputed, and 10 bits of the key; the upper 11 bits
 * of the key and the row of the seat. Times are seconds of the stretch, 21 bits each.
 */
export const DIARY_DAYS = 16;
/** How many diaries a person can have. */
export const STRETCHES = DAYS / DIARY_DAYS;
const STRETCH_SECONDS = DIARY_DAYS * SECONDS_PER_DAY;
export const RECORD_WORDS = 6;
const LOW_BITS = 11;
const LOW = 2 ** LOW_BITS - 1;
const SEAT_BITS = 20;
const NO_SEAT = 2 ** SEAT_BITS - 1;
/** Up to so many records, comparing each with each costs less than a table of them. */
const MANY = 100;

/** One event about a visit, as a diary holds it; instants in seconds, within the diary's stretch. */
export interface DiaryRecord {
  /** The visit's key, its number in slots, and bits of the id of the event. */
  key: number;
  number: number;
  event: number;
  place: number;
  /** Equal to `to` if the visit is not in this stretch, or not any more. */
  from: number;
  to: number;
  imputed: boolean;
  /** Row of the seat; null if none is known. */
  seatRow: number | null;
}

/** The stretch of days of an instant, counted from 1970. */
export function stretchOf(instant: number): number {
  return Math.min(Math.max(Math.floor(instant / STRETCH_SECONDS), 0), STRETCHES - 1);
}

/** Key of the diary of a person at an instant. */
export function diaryKey(person: number, instant: number): number {
  return person * STRETCHES + stretchOf(instant);
}

/** The least key of a person's diaries; those of the next person follow. */
export function firstDiaryOf(person: number): number {
  return person * STRETCHES;
}

export function personOfDiary(key: number): number {
  return Math.floor(key / STRETCHES);
}

function startOf(key: number): number {
  return (key % STRETCHES) * STRETCH_SECONDS;
}

/** Divides a stay, in seconds, among the diaries that it touches; an empty stay touches none. */
export function stretchesOf(person: number, from: number, to: number): Segment[] {
  const stretches: Segment[] = [];
  for (let start = from; start < to;) {
    const key = diaryKey(person, start);
    const end = Math.min(to, startOf(key) + STRETCH_SECONDS);
    stretches.push({ key, from: start, to: end });
    start = end;
  }
  return stretches;
}

/** Gathers records for one diary. */
export class DiaryPacker {
  readonly #began: number;
  readonly #start: number;

  /**
   * @param key of the diary.
   * @param words in which nothing else is gathered until all records of the diary are.
   */
  constructor(
    key: number,
    private readonly words = new Words(),
  ) {
    this.#began = startOf(key);
    this.#start = words.length;
  }

  /** @throws Error if the record does not fit, which no real one does. */
  add({ key, number, event, place, from, to, imputed, seatRow }: DiaryRecord): void {
    const start = from === to ? 0 : from - this.#began;
    const end = from === to ? 0 : to - this.#began;
    const lower = key % 2 ** 32;
    const upper = Math.floor(key / 2 ** 32);
    const apart = (number - lower) >>> 0;
    if (apart > LOW) throw new Error(`too many visits of one person share the number ${lower}`);
    this.words.push(lower);
    this.words.push(event);
    this.words.push(place);
    this.words.push((start << LOW_BITS) | apart);
    this.words.push((end << LOW_BITS) | (imputed ? 1024 : 0) | (upper & 1023));
    this.words.push(((upper >>> 10) << SEAT_BITS) | (seatRow ?? NO_SEAT));
  }

  bytes(): Int8Array {
    return this.words.bytes(this.#start);
  }
}

/** Every record of a diary, in order, copies included. */
export function recordsIn(key: number, packed: Int8Array): DiaryRecord[] {
  const words = asNumbers(packed);
  const began = startOf(key);
  const records: DiaryRecord[] = [];
  for (let i = 0; i + RECORD_WORDS <= words.length; i += RECORD_WORDS) {
    const word = (at: number) => words[i + at] as number;
    const seat = word(5) & NO_SEAT;
    records.push({
      key: (((word(5) >>> SEAT_BITS) << 10) | (word(4) & 1023)) * 2 ** 32 + word(0),
      number: (word(0) + (word(3) & LOW)) >>> 0,
      event: word(1),
      place: word(2),
      from: began + (word(3) >>> LOW_BITS),
      to: began + (word(4) >>> LOW_BITS),
      imputed: (word(4) & 1024) !== 0,
      seatRow: seat === NO_SEAT ? null : seat,
    });
  }
  return records;
}

/** The numbers that tell visits apart in a diary, copies and withdrawn ones included: of each record, its own. */
export function eachNumber(packed: Int8Array, visit: (own: number, number: number) => void): void {
  const words = asNumbers(packed);
  for (let i = 0; i + RECORD_WORDS <= words.length; i += RECORD_WORDS) {
    const own = words[i] as number;
    visit(own, (own + ((words[i + 3] as number) & LOW)) >>> 0);
  }
}

/** Of each visit in a diary, the record that holds, in the order in which the visits came; withdrawn ones included. */
export function holding(records: readonly DiaryRecord[]): DiaryRecord[] {
  const last = new Map<number, DiaryRecord>();
  let events: Map<number, Set<number>> | undefined;
  for (const record of records) {
    const known = last.get(record.key);
    if (known) {
      events ??= new Map();
      let had = events.get(record.key);
      if (!had) events.set(record.key, (had = new Set([known.event])));
      if (had.has(record.event)) continue;
      had.add(record.event);
    }
    last.set(record.key, record);
  }
  return [...last.values()];
}

/** A stay in a slot, as a diary shows it; instants in seconds. */
export interface DiaryStay extends Segment {
  /** The visit's key, and its number in slots. */
  visit: number;
  number: number;
  open: boolean;
}

/** Where a person was, by slot, in no particular order. */
export function staysIn(key: number, packed: Int8Array): DiaryStay[] {
  return holding(recordsIn(key, packed)).flatMap(({ place, from, to, imputed, key: visit, number }) =>
    clip(place, from, to).map((segment) => ({ ...segment, visit, number, open: imputed })),
  );
}

/** The same without the visits, as columns. */
export function stayDaysIn(key: number, packed: Int8Array): StayDays {
  const days: StayDays = { keys: [], from: [], to: [] };
  const add = (place: number, from: number, to: number) => {
    for (const segment of clip(place, from, to)) {
      days.keys.push(segment.key);
      days.from.push(segment.from);
      days.to.push(segment.to);
    }
  };
  const words = asNumbers(packed);
  if (!eachOnce(words)) {
    for (const { place, from, to } of holding(recordsIn(key, packed))) add(place, from, to);
    return days;
  }
  const began = startOf(key);
  for (let i = 0; i + RECORD_WORDS <= words.length; i += RECORD_WORDS) {
    const from = began + ((words[i + 3] as number) >>> LOW_BITS);
    add(words[i + 2] as number, from, began + ((words[i + 4] as number) >>> LOW_BITS));
  }
  return days;
}

/** Whether it is plain that every visit has one record, which is so in nearly all diaries. */
function eachOnce(words: Uint32Array): boolean {
  if (words.length > MANY * RECORD_WORDS) return false;
  for (let i = RECORD_WORDS; i < words.length; i += RECORD_WORDS) {
    for (let before = 0; before < i; before += RECORD_WORDS) if (words[before] === words[i]) return false;
  }
  return true;
}
