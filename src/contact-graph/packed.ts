import { SECONDS_PER_DAY } from '../kernel/instant.js';
import { DAYS, type SlotContents } from './ports.js';

/**
 * A slot is one place on one UTC day; its key is a single integer, so that the index on it is small and fast.
 * A slot's visits are packed as records of four unsigned 32-bit numbers: visit, person, from, to (seconds). Records
 * are only ever appended: for one visit of one person the last one wins, and an empty stay withdraws it. A person's
 * number takes 31 bits; the highest bit of its field means that the end of the stay is imputed.
 */
export const RECORD_BYTES = 16;
const IMPUTED = 0x8000_0000;
const PERSON = 0x7fff_ffff;
/** Bytes at which the open part of a slot is closed: rewriting it with every further visit would cost too much. */
export const PART_BYTES = 65_536;

export function slotKey(placeNumber: number, day: number): number {
  return placeNumber * DAYS + day;
}

export function placeOfSlot(key: number): number {
  return Math.floor(key / DAYS);
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
export function unpack(records: Uint32Array): SlotContents {
  const count = records.length >>> 2;
  const live = liveRecords(records, count);
  const size = live.length;
  let ordered = true;
  for (let i = 1; i < size && ordered; i++) ordered = field(records, live, i - 1, 2) <= field(records, live, i, 2);
  if (!ordered) sortByStart(records, live);
  const persons = new Uint32Array(size);
  const from = new Uint32Array(size);
  const to = new Uint32Array(size);
  let longest = 0;
  let imputed: Uint8Array | null = null;
  for (let i = 0; i < size; i++) {
    const at = (live[i] as number) << 2;
    const person = records[at + 1] as number;
    persons[i] = person & PERSON;
    if (person >= IMPUTED) (imputed ??= new Uint8Array(size))[i] = 1;
    const start = records[at + 2] as number;
    const end = records[at + 3] as number;
    from[i] = start;
    to[i] = end;
    if (end - start > longest) longest = end - start;
  }
  return { persons, from, to, imputed, longest };
}

/**
 * Hash table with open addressing: index + 1 of a record, 0 if free. Reused across slots and cleared only as needed.
 */
let table = new Int32Array(1024);

/** Indices of each visit's last record, unless that is empty. A visit's number is only unique for its person. */
function liveRecords(records: Uint32Array, count: number): Uint32Array {
  let size = 1024;
  while (size < count * 2) size *= 2;
  if (table.length < size) table = new Int32Array(size);
  else table.fill(0, 0, size);
  const last = new Uint32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const visit = records[i << 2] as number;
    const person = (records[(i << 2) + 1] as number) & PERSON;
    let at = Math.imul(visit ^ (person * 31), 0x9e3779b1) >>> 0;
    at = (at ^ (at >>> 15)) & (size - 1);
    for (;;) {
      const entry = table[at] as number;
      if (entry === 0) {
        table[at] = found + 1;
        last[found++] = i;
        break;
      }
      const before = (last[entry - 1] as number) << 2;
      if (records[before] === visit && ((records[before + 1] as number) & PERSON) === person) {
        last[entry - 1] = i;
        break;
      }
      at = (at + 1) & (size - 1);
    }
  }
  let live = 0;
  for (let i = 0; i < found; i++) {
    const at = (last[i] as number) << 2;
    if (records[at + 2] !== records[at + 3]) last[live++] = last[i] as number;
  }
  return last.subarray(0, live);
}

function field(records: Uint32Array, live: Uint32Array, i: number, offset: number): number {
  return records[((live[i] as number) << 2) + offset] as number;
}

/** Sorts by start, with one numeric sort of start and index combined. */
function sortByStart(records: Uint32Array, live: Uint32Array): void {
  const keys = new Float64Array(live.length);
  for (let i = 0; i < live.length; i++) keys[i] = field(records, live, i, 2) * 2 ** 21 + i;
  keys.sort();
  const before = live.slice();
  for (let i = 0; i < live.length; i++) live[i] = before[(keys[i] as number) % 2 ** 21] as number;
}

/** Gathers records for one slot. */
export class Packer {
  #numbers = new Uint32Array(16);
  #length = 0;

  add(visit: number, person: number, from: number, to: number, imputed: boolean): void {
    if (this.#length + 4 > this.#numbers.length) {
      const larger = new Uint32Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = visit;
    this.#numbers[this.#length++] = imputed ? person + IMPUTED : person;
    this.#numbers[this.#length++] = from;
    this.#numbers[this.#length++] = to;
  }

  bytes(): Int8Array {
    return new Int8Array(this.#numbers.buffer, 0, this.#length * 4);
  }
}
