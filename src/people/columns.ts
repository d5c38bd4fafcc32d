import type { Columns } from '../intake/define-rows.js';

export const PEOPLE_COLUMNS = {
  person_id: { kind: 'id', required: true, help: 'The person' },
  name: { kind: 'text', required: false, inHeader: true, help: 'Sealed at once.', most: 200 },
  phone: {
    kind: 'phone',
    required: false,
    inHeader: true,
    help: 'Sealed at once; without country code a number of Viet Nam.',
  },
  language: {
    kind: 'language',
    required: false,
    help: 'Code of the language of messages, such as vi or en; vi when left out.',
  },
  household_id: { kind: 'id', required: false, help: 'Shared by the people of one household' },
} as const satisfies Columns;

export const ISOLATION_COLUMNS = {
  person_id: { kind: 'id', required: true, help: 'Who is isolated' },
  started_at: { kind: 'moment', required: true, day: 'begin', help: 'From when on; names the isolation' },
  ended_at: { kind: 'moment', required: false, planned: true, day: 'end', help: 'Until when; left out while it lasts' },
} as const satisfies Columns;
