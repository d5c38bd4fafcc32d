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
    const bytes = packer.bytes();
    if (bytes.length === 0) continue;
    appends.push([key, bytes]);
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

/** Closes a full part of each slot, so that further visits no longer rewrite it. */
async function closeParts(tx: Tx, label: LabelOf, keys: readonly number[]): Promise<void> {
  await tx.run(
    `UNWIND $keys AS key MATCH (s:${label('Slot')} {key: key})
     CREATE (s)-[:${label('PART')}]->(:${label('SlotPart')} {index: coalesce(s.parts, 0), packed: s.packed})
     SET s.parts = coalesce(s.parts, 0) + 1 REMOVE s.packed`,
    { keys: keys.map(int) },
  );
}
