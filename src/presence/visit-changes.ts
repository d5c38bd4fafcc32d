import type { EventStore } from '../event-log/event-store.js';
import { defineStatement } from '../intake/define-rows.js';
import { canonicalId } from '../kernel/text.js';
import { RowRefused } from '../requests/refusal.js';
import { CHECK_OUT_COLUMNS, CORRECTION_COLUMNS, RETRACTION_COLUMNS } from './columns.js';
import { isOurVisitId, visitNamed } from './named-visits.js';
import { checkedOut, visitCorrected, visitRetracted } from './presence.js';
import { checkStay } from './stay.js';
import { storePresence } from './store-presence.js';

const COUNTED = { counted: 'visits' };

/** Statements about recorded visits; person and arrival determine the stream. */
export const checkOut = defineStatement({
  ...COUNTED,
  name: 'check-out',
  columns: CHECK_OUT_COLUMNS,
  check: checkStay,
  row: ({ person_id, place_id, arrived_at, left_at }) => ({
    ...{ personId: person_id, placeId: place_id, arrivedAt: arrived_at, leftAt: left_at },
  }),
  async store({ base: { store } }, about, { leftAt, ...visit }, origin) {
    const visitId = await visitAmong(store, about, visit);
    await storePresence(store, [checkedOut({ visitId, ...visit }, leftAt, origin)]);
  },
});

export const correction = defineStatement({
  ...COUNTED,
  name: 'correct',
  columns: CORRECTION_COLUMNS,
  check: checkStay,
  row: ({ person_id, place_id, arrived_at, left_at, seat }) => ({
    ...{ personId: person_id, placeId: place_id, arrivedAt: arrived_at },
    ...{ leftAt: left_at ?? null, seat: seat ? seat : null },
  }),
  async store({ base: { store } }, about, { leftAt, seat, ...visit }, origin) {
    const visitId = await visitAmong(store, about, visit);
    await storePresence(store, [visitCorrected({ visitId, ...visit }, { leftAt, seat }, origin)]);
  },
});

export const retraction = defineStatement({
  ...COUNTED,
  name: 'retract',
  columns: RETRACTION_COLUMNS,
  row: ({ person_id, arrived_at }) => ({ personId: person_id, arrivedAt: arrived_at }),
  async store({ base: { store } }, about, visit, origin) {
    const visitId = await visitAmong(store, about, visit);
    await storePresence(store, [visitRetracted(visitId, visit.personId, visit.arrivedAt, origin)]);
  },
});

/**
 * The log's id of the visit that the path names. An id of this engine is not looked up: reading first would cost more
 * than an event for a mistyped id.
 * @throws RowRefused when the person has no such visit in that month.
 */
async function visitAmong(
  store: EventStore,
  { visit_id: given = '' }: Readonly<Record<string, string>>,
  visit: { personId: string; arrivedAt: string },
): Promise<string> {
  if (isOurVisitId(given)) return given.toLowerCase();
  const found = await visitNamed(store, canonicalId(given), visit);
  if (found !== undefined) return found;
  throw new RowRefused([
    {
      column: 'visit_id',
      reason: `names no visit of ${visit.personId} in the month of arrived_at`,
      fix: 'Give the visit_id in the answer to the check-in, or the one of its source, and the recorded arrived_at.',
    },
  ]);
}
