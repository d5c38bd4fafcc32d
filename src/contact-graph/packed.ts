import { SECONDS_PER_DAY } from '../kernel/instant.js';
import { DAYS, type SlotContents } from './ports.js';

/**
 * A slot is one place on one UTC day; its key is a single integer, so that the index on it is small and fast.
 * A slot's visits are packed as records of four unsigned 32-bit numbers: visit, event, person and times. Times are
 * seconds of the day, 17 bits each; a person's number has 29 bits, and one bit says that the end of the stay is imputed.
 * Records are only ever appended: of the records of one visit of one person, copies of an event that came before are
 * dropped, the last of the others holds, and an empty stay withdraws it.
 */
export const RECORD_BYTES = 16;
const RECORD_WORDS = RECORD_BYTES / 4;
/** Numbers of people are below this. */
export const PEOPLE = 2 ** 29;
const IMPUTED = 4;
const SECOND_BITS = 17;
const SECONDS = 2 ** SECOND_BITS - 1;
/** The lower bits of the start stand beside the end, the upper two beside the person. */
const START_BITS = 15;
/** Bytes at which the open part of a slot is closed: rewriting it with every further visit would cost too much. */
export const PART_BYTES = 65_536;

export function slotKey(placeNumber: number, day: number): number {
  return placeNumber * DAYS + day;
}

export function placeOfSlot(key: number): number {
  return Math.floor(key / DAYS);
}

/** When the day of a slot begins, in seconds. */
export function dayStartOf(key: number): number {
  return (key % DAYS) * SECONDS_PER_DAY;
}

export interface Segment {
  key: number;
  from: number;
  to: number;
}

/** Divides a stay, in seconds, among the slots that it touches; an empty stay touches none. */
export function clip(placeNumber: number, from: number, to: number): Segment[] {
  const segments: Segment[] = [];
  for (let start = from; start < to;) {
    const day = Math.floor(start / SECONDS_PER_DAY);
    const end = Math.min(to, (day + 1) * SECONDS_PER_DAY);
    segments.push({ key: slotKey(placeNumber, day), from: start, to: end });
    start = end;
  }
  return segments;
}

/** Views the driver's bytes as numbers; copies them only if they are not aligned to four bytes. */
export function asNumbers(bytes: Int8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
}

/** Joins a slot's parts, in order. */
export function joinParts(parts: readonly Int8Array[]): Uint32Array {
  const [first, ...rest] = parts;
  if (!first) return new Uint32Array();
  if (rest.length === 0) return asNumbers(first);
  const bytes = new Int8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return asNumbers(bytes);
}

/** Unpacks the valid records of a slot, ordered by start; superseded and withdrawn records are omitted. */
export function unpack(key: number, records: Uint32Array): SlotContents {
  const live = inOrder(records);
  const midnight = dayStartOf(key);
  const size = live.length;
  const persons = new Uint32Array(size);
  const from = new Uint32Array(size);
  const to = new Uint32Array(size);
  let longest = 0;
  let imputed: Uint8Array | null = null;
  for (let i = 0; i < size; i++) {
    const at = live[i] as number;
    const person = records[at + 2] as number;
    persons[i] = person >>> 3;
    if (person & IMPUTED) (imputed ??= new Uint8Array(size))[i] = 1;
    const start = startOf(records, at);
    const end = endOf(records, at);
    from[i] = midnight + start;
    to[i] = midnight + end;
    if (end - start > longest) longest = end - start;
  }
  return { persons, from, to, imputed, longest };
}

/** A visit in a slot; instants in seconds. */
export interface SlotVisit {
  /** Unique among the person's visits. */
  visit: number;
  person: number;
  from: number;
  to: number;
  imputed: boolean;
}

/** Unpacks the valid records of a slot with the numbers of their visits, ordered by start. */
export function visitsIn(key: number, records: Uint32Array): SlotVisit[] {
  const midnight = dayStartOf(key);
  return Array.from(inOrder(records), (at) => ({
    visit: records[at] as number,
    person: (records[at + 2] as number) >>> 3,
    from: midnight + startOf(records, at),
    to: midnight + endOf(records, at),
    imputed: ((records[at + 2] as number) & IMPUTED) !== 0,
  }));
}

/** Seconds of the day. */
function startOf(records: Uint32Array, at: number): number {
  return (((records[at + 2] as number) & 3) << START_BITS) | ((records[at + 3] as number) >>> SECOND_BITS);
}

function endOf(records: Uint32Array, at: number): number {
  return (records[at + 3] as number) & SECONDS;
}

/** Offsets of the valid records, ordered by start. */
function inOrder(records: Uint32Array): Uint32Array {
  const live = liveRecords(records, Math.floor(records.length / RECORD_WORDS));
  let ordered = true;
  for (let i = 1; i < live.length && ordered; i++) {
    ordered = startOf(records, live[i - 1] as number) <= startOf(records, live[i] as number);
  }
  if (!ordered) sortByStart(records, live);
  return live;
}

/**
 * Hash table with open addressing: index + 1 of a visit's last record, 0 if free. Reused across slots and cleared only
 * as needed.
 */
let table = new Int32Array(1024);

/** Offsets of each visit's last record, unless that is empty. A visit's number is only unique for its person. */
function liveRecords(records: Uint32Array, count: number): Uint32Array {
  let size = 1024;
  while (size < count * 2) size *= 2;
  if (table.length < size) table = new Int32Array(size);
  else table.fill(0, 0, size);
  const last = new Uint32Array(count);
  /** For each record, 1 + the index of the one of its visit before it; only made if a visit has several. */
  let before: Int32Array | undefined;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const record = i * RECORD_WORDS;
    const visit = records[record] as number;
    const person = (records[record + 2] as number) >>> 3;
    let at = Math.imul(visit ^ (person * 31), 0x9e3779b1) >>> 0;
    at = (at ^ (at >>> 15)) & (size - 1);
    for (;;) {
      const entry = table[at] as number;
      if (entry === 0) {
        table[at] = found + 1;
        last[found++] = i;
        break;
      }
      const held = last[entry - 1] as number;
      const other = held * RECORD_WORDS;
      if (records[other] === visit && (records[other + 2] as number) >>> 3 === person) {
        before ??= new Int32Array(count);
        if (!isCopy(records, before, held, records[record + 1] as number)) {
          before[i] = held + 1;
          last[entry - 1] = i;
        }
        break;
      }
      at = (at + 1) & (size - 1);
    }
  }
  let live = 0;
  for (let i = 0; i < found; i++) {
    const at = (last[i] as number) * RECORD_WORDS;
    if (startOf(records, at) !== endOf(records, at)) last[live++] = at;
  }
  return last.subarray(0, live);
}

/** Whether this record of a visit, or one of the visit before it, is of an event. */
function isCopy(records: Uint32Array, before: Int32Array, record: number, event: number): boolean {
  for (let i = record; i >= 0; i = (before[i] as number) - 1) {
    if (records[i * RECORD_WORDS + 1] === event) return true;
  }
  return false;
}

/** Sorts by start, with one numeric sort of start and index combined. */
function sortByStart(records: Uint32Array, live: Uint32Array): void {
  const keys = new Float64Array(live.length);
  for (let i = 0; i < live.length; i++) keys[i] = startOf(records, live[i] as number) * 2 ** 21 + i;
  keys.sort();
  const before = live.slice();
  for (let i = 0; i < live.length; i++) live[i] = before[(keys[i] as number) % 2 ** 21] as number;
}

/** Gathers unsigned 32-bit numbers; many packers share one, since each buffer of its own would cost more than it holds. */
export class Words {
  #numbers: Uint32Array;
  #length = 0;

  /** @param room how many numbers are expected. */
  constructor(room = 16) {
    this.#numbers = new Uint32Array(room);
  }

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Uint32Array(Math.max(16, this.#numbers.length * 2));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = word;
  }

  /** The numbers from an index on. */
  bytes(from = 0): Int8Array {
    return new Int8Array(this.#numbers.buffer, from * 4, (this.#length - from) * 4);
  }
}

/** Gathers records for one slot. */
export class Packer {
  readonly #midnight: number;
  readonly #start: number;

  /**
   * @param key of the slot.
   * @param words in which nothing else is gathered until all records of the slot are.
   */
  constructor(
    key: number,
    private readonly words = new Words(),
  ) {
    this.#midnight = dayStartOf(key);
    this.#start = words.length;
  }

  /**
   * @param event bits of the id of the event.
   * @param from in seconds, within the day of the slot, as `to`; equal to it to withdraw the visit.
   */
  add(visit: number, event: number, person: number, from: number, to: number, imputed: boolean): void {
    if (person >= PEOPLE) throw new Error(`the graph has no room for a person with the number ${person}`);
    const start = from === to ? 0 : from - this.#midnight;
    const end = from === to ? 0 : to - this.#midnight;
    this.words.push(visit);
    this.words.push(event);
    this.words.push(person * 8 + (imputed ? IMPUTED : 0) + (start >>> START_BITS));
    this.words.push((start << SECOND_BITS) | end);
  }

  bytes(): Int8Array {
    return this.words.bytes(this.#start);
  }
}

/** A visit's seat in a slot. */
export interface Seated {
  visit: number;
  person: number;
  /** Null if it is not known, or not any more. */
  row: number | null;
}

const SEAT_WORDS = 3;

/** Appends to the seats of a slot, which are packed beside its visits: for one visit the last row holds. */
export function packSeats(seats: readonly Seated[]): Int8Array {
  const words = new Words();
  for (const { visit, person, row } of seats) {
    words.push(visit);
    words.push(person);
    words.push(row === null ? 0 : row + 1);
  }
  return words.bytes();
}

/** Rows by visit and person, as `seatOf` names them. */
export function unpackSeats(packed: Int8Array): Map<string, number | null> {
  const words = asNumbers(packed);
  const rows = new Map<string, number | null>();
  for (let i = 0; i + SEAT_WORDS <= words.length; i += SEAT_WORDS) {
    const row = words[i + 2] as number;
    rows.set(seatOf({ visit: words[i] as number, person: words[i + 1] as number }), row === 0 ? null : row - 1);
  }
  return rows;
}

export function seatOf({ visit, person }: Pick<Seated, 'visit' | 'person'>): string {
  return `${visit} of ${person}`;
}
