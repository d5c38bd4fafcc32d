import type { LabelOf } from './instances.js';
import { int, rows, type Tx } from './neo4j.js';
import { Packer, packSeats, PART_BYTES, RECORD_BYTES, Words, type Seated } from './packed.js';
import type { SlotChange } from './row-changes.js';

type Changes = ReadonlyMap<number, readonly SlotChange[]>;

/**
 * Writes the changes of one writer: appends bytes to the slots, and creates those that are missing. Numbers are sent as
 * plain JavaScript numbers, exact up to 53 bits, and converted to integers by the query, since the driver's own integers
 * are far slower.
 */
export async function writeSlots(tx: Tx, label: LabelOf, changes: Changes): Promise<void> {
  const appends: unknown[] = [];
  const seats: unknown[] = [];
  for (const { key, packed, seated } of packedSlots(changes)) {
    appends.push([key, packed]);
    if (seated.length > 0) seats.push([key, packSeats(seated)]);
  }
  if (appends.length > 0) {
    const [full] = await rows<{ keys: number[] }>(
      tx,
      `UNWIND $appends AS row MERGE (s:${label('Slot')} {key: toInteger(row[0])})
       SET s.packed = coalesce(s.packed + row[1], row[1]), s.length = coalesce(s.length, 0) + size(row[1])
       WITH s WHERE size(s.packed) >= ${PART_BYTES} RETURN collect(s.key) AS keys`,
      { appends },
    );
    if (full && full.keys.length > 0) await closeParts(tx, label, full.keys);
  }
  if (seats.length > 0) {
    await tx.run(
      `UNWIND $seats AS row MATCH (s:${label('Slot')} {key: toInteger(row[0])})
       SET s.seats = coalesce(s.seats + row[1], row[1])`,
      { seats },
    );
  }
}

/** The records of a slot, and the seats among them. */
export interface SlotRow {
  key: number;
  packed: Int8Array;
  seated: Seated[];
}

/** What changes add to slots, without those to which they add nothing. */
export function packedSlots(changes: Changes): SlotRow[] {
  const slots: SlotRow[] = [];
  let count = 0;
  for (const visits of changes.values()) count += visits.length;
  const words = new Words((count * RECORD_BYTES) / 4);
  for (const [key, visits] of changes) {
    const packer = new Packer(key, words);
    const seated: Seated[] = [];
    for (const { state, existed, wasSeated, segment, open, seatRow, event } of visits) {
      if (!existed && !segment) continue;
      // An empty stay withdraws the visit from this slot.
      packer.add(state.number, event, state.person, segment?.from ?? 0, segment?.to ?? 0, open);
      if (segment && (seatRow !== null || wasSeated)) {
        seated.push({ visit: state.number, person: state.person, row: seatRow });
      }
    }
    const packed = packer.bytes();
    if (packed.length > 0) slots.push({ key, packed, seated });
  }
  return slots;
}

/** Creates slots that the graph does not have, each whole, with as many closed parts as it would have by appending. */
export async function createSlots(tx: Tx, label: LabelOf, slots: readonly SlotRow[]): Promise<void> {
  const parts: unknown[] = [];
  const made = slots.map(({ key, packed, seated }) => {
    const closed = Math.floor(packed.length / PART_BYTES);
    for (let i = 0; i < closed; i++) parts.push([key, i, packed.subarray(i * PART_BYTES, (i + 1) * PART_BYTES)]);
    const rest = packed.subarray(closed * PART_BYTES);
    return [
      ...[key, rest.length > 0 ? rest : null, packed.length],
      ...[seated.length > 0 ? packSeats(seated) : null, closed > 0 ? closed : null],
    ];
  });
  await tx.run(
    `UNWIND $made AS row
     CREATE (:${label('Slot')} {key: toInteger(row[0]), packed: row[1], length: toInteger(row[2]), seats: row[3],
                                parts: toInteger(row[4])})`,
    { made },
  );
  if (parts.length === 0) return;
  await tx.run(
    `UNWIND $parts AS row MATCH (s:${label('Slot')} {key: toInteger(row[0])})
     CREATE (s)-[:${label('PART')}]->(:${label('SlotPart')} {index: toInteger(row[1]), packed: row[2]})`,
    { parts },
  );
}

/** Closes a full part of each slot, so that further visits no longer rewrite it. */
async function closeParts(tx: Tx, label: LabelOf, keys: readonly number[]): Promise<void> {
  await tx.run(
    `UNWIND $keys AS key MATCH (s:${label('Slot')} {key: key})
     CREATE (s)-[:${label('PART')}]->(:${label('SlotPart')} {index: coalesce(s.parts, 0), packed: s.packed})
     SET s.parts = coalesce(s.parts, 0) + 1 REMOVE s.packed`,
    { keys: keys.map(int) },
  );
}
