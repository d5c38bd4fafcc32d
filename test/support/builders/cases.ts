import type { EventOf } from '../events.js';
import { COLLECTED_AT } from './results.js';

type CaseConfirmed = EventOf<'CaseConfirmed'>;

/** A case by a positive sample of the person, of whom nothing beside is known unless `says` has it. */
export function confirmed(caseId: string, personId: string, says: Partial<CaseConfirmed['data']> = {}): CaseConfirmed {
  return {
    type: 'CaseConfirmed',
    data: {
      ...{ caseId, personId, disease: 'covid-19', sampleId: `sample of ${personId}`, collectedAt: COLLECTED_AT },
      ...{ onsetAt: null, rashAt: null, infectiousFrom: null, infectiousUntil: null, confirmation: 'result' },
      ...says,
    },
  };
}
