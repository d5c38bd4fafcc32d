import type { Columns } from '../intake/define-rows.js';

export const PLACE_COLUMNS = {
  place_id: { kind: 'id', required: true, help: 'The place' },
  name: { kind: 'text', required: true, help: 'Its name.', most: 200 },
  kind: { kind: 'text', required: true, help: 'Such as restaurant, school, bus.', most: 100 },
  capacity: { kind: 'number', required: false, help: 'People it can hold.', integer: true, from: 0, to: 10_000_000 },
  latitude: { kind: 'number', required: false, help: 'Degrees north.', from: -90, to: 90 },
  longitude: { kind: 'number', required: false, help: 'Degrees east.', from: -180, to: 180 },
  default_stay_minutes: {
    kind: 'number',
    required: false,
    help: 'How long a visit without a check-out lasts (default: 60).',
    integer: true,
    from: 1,
    to: 10_080,
  },
} as const satisfies Columns;
