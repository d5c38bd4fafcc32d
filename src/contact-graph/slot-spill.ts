import { asNumbers, RECORD_BYTES, slotKey, type Seated } from './packed.js';
import { DAYS } from './ports.js';
import type { SlotRow } from './slot-writer.js';
import { Spill, type Layout } from './spill.js';

const PACKED_WORDS = RECORD_BYTES / 4;
/** Place and day; a record as the slot holds it; 1 + the row of the seat, 0 if none is known. */
const RECORDS: Layout = { words: 2 + PACKED_WORDS + 1, hash: hashOf };

/** Records of slots: more than fit into memory, ordered by slot. */
export class SlotSpill {
  readonly #records = new Spill(RECORDS);
  readonly #record = new Uint32Array(RECORDS.words);

  /** The number of records that were added. */
  get count(): number {
    return this.#records.count;
  }

  /** Adds records of a slot, of which others may have been added before. */
  add({ key, packed, seated }: SlotRow): void {
    const record = this.#record;
    const words = asNumbers(packed);
    record[0] = Math.floor(key / DAYS);
    record[1] = key % DAYS;
    for (let at = 0; at < words.length; at += PACKED_WORDS) {
      for (let i = 0; i < PACKED_WORDS; i++) record[2 + i] = words[at + i] as number;
      record[6] = seated.length === 0 ? 0 : rowOf(seated, record) + 1;
      this.#records.add(record);
    }
  }

  settle(): Promise<void> {
    return this.#records.settle();
  }

  /** Reads and removes everything, slot by slot. @param most records at a time, unless one slot has more. */
  async *slots(most: number): AsyncGenerator<{ records: number; rows: SlotRow[] }> {
    for await (const records of this.#records.portions(most)) {
      yield { records: records.length / RECORDS.words, rows: rowsOf(records) };
    }
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}

/** Groups records by slot, in the order in which they were added. */
function rowsOf(records: Uint32Array): SlotRow[] {
  const { words } = RECORDS;
  const found = new Map<number, { count: number; start: number; row: SlotRow }>();
  for (let at = 0; at < records.length; at += words) {
    const key = slotKey(records[at] as number, records[at + 1] as number);
    const slot = found.get(key);
    if (slot) slot.count++;
    else found.set(key, { count: 1, start: 0, row: { key, packed: new Int8Array(), seated: [] } });
  }
  const packed = new Uint32Array((records.length / words) * PACKED_WORDS);
  let start = 0;
  for (const slot of found.values()) {
    slot.start = start;
    slot.row.packed = new Int8Array(packed.buffer, start * 4, slot.count * RECORD_BYTES);
    start += slot.count * PACKED_WORDS;
  }
  for (let at = 0; at < records.length; at += words) {
    const slot = found.get(slotKey(records[at] as number, records[at + 1] as number));
    if (!slot) continue;
    for (let i = 0; i < PACKED_WORDS; i++) packed[slot.start++] = records[at + 2 + i] as number;
    const seat = records[at + 6] as number;
    if (seat > 0) slot.row.seated.push({ ...visitOf(records, at + 2), row: seat - 1 });
  }
  return Array.from(found.values(), ({ row }) => row);
}

/** The seat of a record among those of its slot; -1 if it has none. */
function rowOf(seated: readonly Seated[], record: Uint32Array): number {
  const { visit, person } = visitOf(record, 2);
  return seated.find((each) => each.visit === visit && each.person === person)?.row ?? -1;
}

function visitOf(words: Uint32Array, at: number): { visit: number; person: number } {
  return { visit: words[at] as number, person: (words[at + 2] as number) >>> 3 };
}

/** Spreads places and days over all bits, the lower ones too. */
function hashOf(words: Uint32Array, at: number): number {
  const mixed = Math.imul((words[at] as number) ^ Math.imul(words[at + 1] as number, 0x85ebca6b), 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
