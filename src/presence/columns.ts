import type { Columns } from '../intake/define-rows.js';

const SEAT = {
  kind: 'text',
  required: false,
  help: 'Where seats are numbered, such as 12A; its row is the number it begins with.',
  most: 20,
} as const;

const VISIT = {
  person_id: { kind: 'id', required: true, help: 'The person' },
  place_id: { kind: 'id', required: true, help: 'The place' },
  arrived_at: { kind: 'moment', required: true, help: 'When the stay began' },
} as const;

export const CHECK_IN_COLUMNS = {
  ...VISIT,
  left_at: {
    kind: 'moment',
    required: false,
    inHeader: true,
    help: 'When it ended; empty while no check-out is known',
  },
  seat: SEAT,
  visit_id: {
    kind: 'opaque-id',
    required: false,
    help: "The source's own id of the visit (default: person, place and arrival identify it).",
  },
} as const satisfies Columns;

export const PROXIMITY_COLUMNS = {
  person_a: { kind: 'id', required: true, help: 'One of the two, in any order' },
  person_b: { kind: 'id', required: true, help: 'The other' },
  started_at: { kind: 'moment', required: true, help: 'When they came near' },
  ended_at: { kind: 'moment', required: true, help: 'When they parted' },
  distance_m: { kind: 'number', required: false, help: 'Metres between them, if measured.', from: 0, to: 100_000 },
} as const satisfies Columns;

export const CHECK_OUT_COLUMNS = {
  ...VISIT,
  left_at: { kind: 'moment', required: true, help: 'When it ended' },
} as const satisfies Columns;

export const CORRECTION_COLUMNS = {
  ...VISIT,
  left_at: { kind: 'moment', required: false, inHeader: true, help: 'When it ended' },
  seat: { ...SEAT, inHeader: true },
} as const satisfies Columns;

export const RETRACTION_COLUMNS = {
  person_id: VISIT.person_id,
  arrived_at: VISIT.arrived_at,
} as const satisfies Columns;
