import { comparePositions, type Position } from '../event-log/event-store.js';
import { int, rows, type Tx } from './neo4j.js';
import { SLOT_PARTITIONS } from './checkpoints.js';
import type { LabelOf } from './instances.js';
import { Packer, PART_BYTES, placeOfSlot, type Segment } from './packed.js';
import { numberOfKey } from './visit-key.js';
import { segmentsAfter, type VisitFact, type VisitState } from './visits.js';

/** The change of one visit in one slot. */
interface Change {
  state: VisitState;
  /** Whether the slot already held the visit before this batch. */
  existed: boolean;
  segment: Segment | undefined;
  open: boolean;
  seatRow: number | null;
}

/** All changes of a batch to slots, by writer, then by slot, then by visit. */
export class SlotChanges {
  readonly #partitions: Map<number, Change[]>[] = Array.from(
    { length: SLOT_PARTITIONS },
    () => new Map<number, Change[]>(),
  );

  /** @param passed the position of each writer: after a crash one may be ahead of another. */
  constructor(private readonly passed: readonly (Position | undefined)[]) {}

  /** Applies one fact at its position in the log, and updates the visit's state. */
  apply(state: VisitState, fact: VisitFact, position: Position): void {
    const { segments, open } = segmentsAfter(state, fact);
    const seatRow = fact.seatRow === undefined ? state.seatRow : fact.seatRow;
    const after = { open, seatRow };
    const stays = state.segments.length === 1 && segments.length === 1 && state.segments[0]?.key === segments[0]?.key;
    if (!stays)
      for (const old of state.segments)
        if (!findSegment(segments, old.key)) this.#change(state, old.key, position, undefined, after);
    for (const segment of segments) this.#change(state, segment.key, position, segment, after);
    state.segments = segments;
    state.open = open;
    state.seatRow = seatRow;
    state.place = fact.place;
  }

  partition(index: number): Map<number, Change[]> {
    return this.#partitions[index] as Map<number, Change[]>;
  }

  #change(
    state: VisitState,
    key: number,
    position: Position,
    segment: Segment | undefined,
    { open, seatRow }: Pick<VisitState, 'open' | 'seatRow'>,
  ): void {
    const index = partitionOf(key);
    const passed = this.passed[index];
    if (passed && comparePositions(position, passed) <= 0) return;
    const slots = this.partition(index);
    let changes = slots.get(key);
    if (!changes) slots.set(key, (changes = []));
    // Nearly all visits are new, so they cannot be among the changes: skip the search.
    const change = state.untouched ? undefined : changes.find((each) => each.state === state);
    state.untouched = false;
    if (change) {
      change.segment = segment;
      change.open = open;
      change.seatRow = seatRow;
      return;
    }
    const before = findSegment(state.segments, key);
    const moved = before?.from !== segment?.from || before?.to !== segment?.to;
    if (before && segment && !moved && state.open === open && state.seatRow === seatRow) return;
    changes.push({ state, existed: before !== undefined, segment, open, seatRow });
  }
}

/**
 * The number of the writer of a slot. Slots are distributed by place and day: neighbours in either get different
 * writers.
 */
export function partitionOf(key: number): number {
  return (Math.floor(key / 65_536) + (key % 65_536)) % SLOT_PARTITIONS;
}

function findSegment(segments: readonly Segment[], key: number): Segment | undefined {
  return segments.find((segment) => segment.key === key);
}

/**
 * Writes the changes of one partition: appends bytes to the slots and writes the relationships. Numbers are sent as
 * plain JavaScript numbers, exact up to 53 bits, and converted to integers by the query, since the driver's own
 * integers are far slower.
 * @param knownSlots node ids of slots that certainly exist, by key.
 * @returns node ids, by key, of the slots that exist as well once the transaction is committed.
 */
export async function writeSlots(
  tx: Tx,
  label: LabelOf,
  changes: Map<number, Change[]>,
  knownSlots: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const fresh = await makeSlots(tx, label, changes, knownSlots);
  const appends: unknown[] = [];
  const creates: unknown[] = [];
  const rewrites: unknown[] = [];
  /** Node ids of the slots in which a seat is known. */
  const seated = new Set<number>();
  for (const [key, visits] of changes) {
    const node = knownSlots.get(key) ?? fresh.get(key);
    // None of the changes of this slot has to be written.
    if (node === undefined) continue;
    const packer = new Packer();
    const created: (number | boolean | null)[] = [];
    for (const { state, existed, segment, open, seatRow } of visits) {
      if (!existed && !segment) continue;
      // An empty stay withdraws the visit from this slot.
      const at = segment ?? { from: 0, to: 0 };
      packer.add(state.number, state.person, at.from, at.to, open);
      const moved = state.number === numberOfKey(state.key) ? null : state.number;
      const row = [state.node, at.from, at.to, state.key, moved, open ? true : null, seatRow];
      if (seatRow !== null) seated.add(node);
      if (existed) rewrites.push([node, ...row]);
      else created.push(...row);
    }
    const bytes = packer.bytes();
    if (bytes.length === 0) continue;
    appends.push([node, bytes]);
    if (created.length > 0) creates.push([node, created]);
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
  if (creates.length > 0) {
    await tx.run(
      `UNWIND $creates AS row MATCH (s) WHERE id(s) = toInteger(row[0])
       WITH s, row[1] AS a
       UNWIND range(0, size(a) - 1, 7) AS i MATCH (p) WHERE id(p) = toInteger(a[i])
       CREATE (p)-[:${label('AT')} {from: toInteger(a[i + 1]), to: toInteger(a[i + 2]), v: toInteger(a[i + 3]),
                        n: toInteger(a[i + 4]), open: a[i + 5], seat: toInteger(a[i + 6])}]->(s)`,
      { creates },
    );
  }
  if (rewrites.length > 0) {
    await tx.run(
      `UNWIND $rewrites AS row
       MATCH (p)-[a:${label('AT')} {v: toInteger(row[4])}]->(s) WHERE id(p) = toInteger(row[1]) AND id(s) = toInteger(row[0])
       SET a.from = toInteger(row[2]), a.to = toInteger(row[3]), a.open = row[6], a.seat = toInteger(row[7])
       WITH a WHERE a.from = a.to DELETE a`,
      { rewrites },
    );
  }
  if (seated.size > 0) {
    await tx.run(`UNWIND $seated AS node MATCH (s:${label('Slot')}) WHERE id(s) = toInteger(node) SET s.seats = true`, {
      seated: [...seated],
    });
  }
  return fresh;
}

/** Creates the missing slots among those to be written. Returns their node ids by key. */
async function makeSlots(
  tx: Tx,
  label: LabelOf,
  changes: Map<number, Change[]>,
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
