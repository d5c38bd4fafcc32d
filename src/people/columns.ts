import type { Columns } from '../intake/define-rows.js';

export const PEOPLE_COLUMNS = {
  person_id: { kind: 'id', required: true, help: 'The person' },
  name: { kind: 'text', required: false, inHeader: true, help: 'Sealed at once.', most: 200 },
  phone: {
    kind: 'phone',
    required: false,
    inHeader: true,
    help: 'Sealed at once; without a country code, a number of Viet Nam.',
  },
  language: {
    kind: 'language',
    required: false,
    help: 'Language code for messages, such as vi or en (default: vi).',
  },
  household_id: { kind: 'id', required: false, help: 'Shared by the people of one household' },
} as const satisfies Columns;

export const ISOLATION_COLUMNS = {
  person_id: { kind: 'id', required: true, help: 'The isolated person' },
  started_at: { kind: 'moment', required: true, day: 'begin', help: 'Start; identifies the isolation' },
  ended_at: { kind: 'moment', required: false, planned: true, day: 'end', help: 'End; empty while it lasts' },
} as const satisfies Columns;
