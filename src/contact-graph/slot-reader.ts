import { OutOfStep } from './checkpoints.js';
import type { LabelOf } from './instances.js';
import { int, ints, rows, rowsInTurn, type Tx } from './neo4j.js';
import { joinParts, slotKey } from './packed.js';
import { DAYS } from './ports.js';

/** How often a slot is read after a part of it was missed. */
const ATTEMPTS = 5;

export interface PackedSlot {
  records: Uint32Array;
  /** In bytes: a slot only grows, so the same length means the same contents. */
  length: number;
  /** The seats, packed; null if none is known. */
  seats: Int8Array | null;
}

/** Keys of the slots of these places, on any day. */
export async function keysAt(tx: Tx, label: LabelOf, places: readonly number[]): Promise<number[]> {
  const found = await rows<{ key: number }>(
    tx,
    `UNWIND $firsts AS first MATCH (s:${label('Slot')}) WHERE s.key >= first AND s.key < first + $days RETURN s.key AS key`,
    { firsts: ints(places.map((place) => slotKey(place, 0))), days: int(DAYS) },
  );
  return found.map(({ key }) => key);
}

/**
 * Reads whole slots, each with its parts in order; keys without a slot are omitted. A query sees what others commit
 * while it runs: if a part is closed between the reads of the closed parts and of the open part, both reads miss it.
 * Slots only grow, so the length reveals a missing part, and the slot is read again.
 * @param least lengths known already, by key.
 * @throws OutOfStep if a slot stays shorter than the graph says.
 */
export async function packedSlots(
  tx: Tx,
  label: LabelOf,
  keys: readonly number[],
  least: ReadonlyMap<number, number> = new Map(),
): Promise<Map<number, PackedSlot>> {
  const found = new Map<number, PackedSlot>();
  let missed = keys;
  for (let attempt = 1; missed.length > 0; attempt++) {
    if (attempt > ATTEMPTS) throw new OutOfStep('slots of the graph are shorter than it says');
    const short: number[] = [];
    for await (const { key, parts, packed, length, seats } of rowsInTurn<{
      key: number;
      parts: Int8Array[];
      packed: Int8Array | null;
      length: number;
      seats: Int8Array | null;
    }>(
      tx,
      `UNWIND $keys AS key MATCH (s:${label('Slot')} {key: key})
       OPTIONAL MATCH (s)-[:${label('PART')}]->(part:${label('SlotPart')})
       WITH s, part ORDER BY part.index
       RETURN s.key AS key, collect(part.packed) AS parts, s.packed AS packed, coalesce(s.length, 0) AS length,
              s.seats AS seats`,
      { keys: ints(missed) },
    )) {
      const bytes = packed ? [...parts, packed] : parts;
      const read = bytes.reduce((sum, part) => sum + part.byteLength, 0);
      if (read < Math.max(length, least.get(key) ?? 0)) short.push(key);
      else found.set(key, { records: joinParts(bytes), length: read, seats });
    }
    missed = short;
  }
  return found;
}
