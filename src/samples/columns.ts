import type { Columns } from '../intake/define-rows.js';

export const RESULT_COLUMNS = {
  // The ids on a laboratory's tubes are accepted as they are, because it cannot be asked to relabel them.
  sample_id: { kind: 'older-id', required: true, personal: true, help: 'The tube' },
  person_id: { kind: 'older-id', required: true, help: 'Whose result it is' },
  disease: { kind: 'opaque-id', required: true, help: 'As the disease profiles name it' },
  collected_at: { kind: 'moment', required: true, day: 'begin', help: 'When the sample was taken' },
  reported_at: {
    kind: 'moment',
    required: false,
    inHeader: true,
    day: 'begin',
    help: 'When the laboratory reported it; taken as collected_at when left out',
  },
  result: {
    kind: 'choice',
    required: true,
    help: 'What the laboratory says; retracted takes an earlier result back.',
    choices: ['positive', 'negative', 'inconclusive', 'retracted'],
  },
  onset_at: { kind: 'moment', required: false, day: 'begin', help: 'When symptoms began' },
  infectious_from: {
    kind: 'moment',
    required: false,
    planned: true,
    day: 'begin',
    help: "Beginning of an investigator's own window, which wins over the profile's",
  },
  infectious_until: { kind: 'moment', required: false, planned: true, day: 'end', help: 'Its end, excluded' },
  pool_size: {
    kind: 'number',
    required: false,
    help: 'People in the tube, 1 when left out; above 1 no case is opened.',
    integer: true,
    from: 1,
    to: 1000,
  },
  rash_at: { kind: 'moment', required: false, day: 'begin', help: 'When the rash broke out' },
  method: { kind: 'choice', required: false, help: 'How it was tested.', choices: ['pcr', 'antigen', 'other'] },
  ct: { kind: 'number', required: false, help: 'Cycle threshold of a PCR.', from: 0, to: 100 },
} as const satisfies Columns;
