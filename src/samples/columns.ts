import type { Columns } from '../intake/define-rows.js';

export const RESULT_COLUMNS = {
  // The ids on a laboratory's tubes are accepted as they are, because it cannot be asked to relabel them.
  sample_id: { kind: 'older-id', required: true, personal: true, help: 'The tube' },
  person_id: { kind: 'older-id', required: true, help: 'The person whose result it is' },
  disease: { kind: 'opaque-id', required: true, help: 'The name that disease profiles use' },
  collected_at: { kind: 'moment', required: true, day: 'begin', help: 'When the sample was taken' },
  reported_at: {
    kind: 'moment',
    required: false,
    inHeader: true,
    day: 'begin',
    help: 'When the laboratory reported it (default: collected_at)',
  },
  result: {
    kind: 'choice',
    required: true,
    help: 'The result; retracted withdraws an earlier result.',
    choices: ['positive', 'negative', 'inconclusive', 'retracted'],
  },
  onset_at: { kind: 'moment', required: false, day: 'begin', help: 'When symptoms began' },
  infectious_from: {
    kind: 'moment',
    required: false,
    planned: true,
    day: 'begin',
    help: "Beginning of an investigator's own window, which overrides the profile's",
  },
  infectious_until: { kind: 'moment', required: false, planned: true, day: 'end', help: 'Its end, exclusive' },
  pool_size: {
    kind: 'number',
    required: false,
    help: 'Number of people in the tube (default: 1); above 1, no case is opened.',
    integer: true,
    from: 1,
    to: 1000,
  },
  rash_at: { kind: 'moment', required: false, day: 'begin', help: 'When the rash began' },
  method: { kind: 'choice', required: false, help: 'The method of the test.', choices: ['pcr', 'antigen', 'other'] },
  ct: { kind: 'number', required: false, help: 'Cycle threshold of a PCR.', from: 0, to: 100 },
} as const satisfies Columns;
