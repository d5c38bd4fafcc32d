import { defineShape } from '../intake/define-rows.js';
import { CHECK_OUT_COLUMNS, CORRECTION_COLUMNS, RETRACTION_COLUMNS } from './columns.js';
import { checkStay } from './stay.js';

/** What may still be said of a visit that was recorded; person and arrival tell in which stream it stands. */
export const checkOut = defineShape({
  name: 'check-out',
  columns: CHECK_OUT_COLUMNS,
  check: checkStay,
  row: ({ person_id, place_id, arrived_at, left_at }) => ({
    ...{ personId: person_id, placeId: place_id, arrivedAt: arrived_at, leftAt: left_at },
  }),
});

export const correction = defineShape({
  name: 'correct',
  columns: CORRECTION_COLUMNS,
  check: checkStay,
  row: ({ person_id, place_id, arrived_at, left_at, seat }) => ({
    ...{ personId: person_id, placeId: place_id, arrivedAt: arrived_at },
    ...{ leftAt: left_at ?? null, seat: seat ? seat : null },
  }),
});

export const retraction = defineShape({
  name: 'retract',
  columns: RETRACTION_COLUMNS,
  row: ({ person_id, arrived_at }) => ({ personId: person_id, arrivedAt: arrived_at }),
});
