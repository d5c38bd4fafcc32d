import type { EventOf } from '../events.js';
import { COLLECTED_AT } from './results.js';

type CaseConfirmed = EventOf<'CaseConfirmed'>;

/** A case confirmed by a positive sample of the person, without other facts except those in `says`. */
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
