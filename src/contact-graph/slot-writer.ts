import type { LabelOf } from './instances.js';
import { int, rows, type Tx } from './neo4j.js';
import { Packer, packSeats, PART_BYTES, placeOfSlot, RECORD_BYTES, Words, type Seated } from './packed.js';
import type { SlotChange } from './row-changes.js';

type Changes = ReadonlyMap<number, readonly SlotChange[]>;

/**
 * Writes the changes of one writer: appends bytes to the slots. Numbers are sent as plain JavaScript numbers, exact up
 * to 53 bits, and converted to integers by the query, since the driver's own integers are far slower.
 * @param knownSlots node ids of slots that certainly exist, by key.
 * @returns node ids, by key, of the slots that exist as well once the transaction is committed.
 */
export async function writeSlots(
  tx: Tx,
  label: LabelOf,
  changes: Changes,
  knownSlots: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const fresh = await makeSlots(tx, label, changes, knownSlots);
  const appends: unknown[] = [];
  const seats: unknown[] = [];
  let count = 0;
  for (const visits of changes.values()) count += visits.length;
  const words = new Words((count * RECORD_BYTES) / 4);
  for (const [key, visits] of changes) {
    const node = knownSlots.get(key) ?? fresh.get(key);
    // None of the changes of this slot has to be written.
    if (node === undefined) continue;
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
    appends.push([node, bytes]);
    if (seated.length > 0) seats.push([node, packSeats(seated)]);
  }
  if (appends.length > 0) {
    const [full] = await rows<{ keys: number[] }>(
      tx,
      `UNWIND $appends AS row MATCH (s:${label('Slot')}) WHERE id(s) = toInteger(row[0])
       SET s.packed = coalesce(s.packed + row[1], row[1]), s.length = coalesce(s.length, 0) + size(row[1])
       WITH s WHERE size(s.packed) >= ${PART_BYTES} RETURN collect(s.key) AS keys`,
      { appends },
    );
    if (full && full.keys.length > 0) await closeParts(tx, label, full.keys);
  }
  if (seats.length > 0) {
    await tx.run(
      `UNWIND $seats AS row MATCH (s:${label('Slot')}) WHERE id(s) = toInteger(row[0])
       SET s.seats = coalesce(s.seats + row[1], row[1])`,
      { seats },
    );
  }
  return fresh;
}

/** Creates the missing slots among those to be written. Returns their node ids by key. */
async function makeSlots(
  tx: Tx,
  label: LabelOf,
  changes: Changes,
  knownSlots: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const missing: number[] = [];
  for (const [key, visits] of changes) {
    if (!knownSlots.has(key) && visits.some(({ existed, segment }) => existed || segment)) missing.push(key);
  }
  if (missing.length === 0) return new Map();
  const [made] = await rows<{ keys: number[]; nodes: number[] }>(
    tx,
    `UNWIND $missing AS row MERGE (s:${label('Slot')} {key: row[0]})
     WITH s, row MATCH (p:Place {number: row[1]}) MERGE (s)-[:${label('IN')}]->(p)
     RETURN collect(s.key) AS keys, collect(id(s)) AS nodes`,
    { missing: missing.map((key) => [int(key), int(placeOfSlot(key))]) },
  );
  return new Map(made?.keys.map((key, i) => [key, made.nodes[i] as number]));
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
