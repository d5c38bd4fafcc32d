import type { TestResult } from '../../../src/samples/events.js';
import type { EventOf } from '../events.js';

/** The default collection time of a sample. */
export const COLLECTED_AT = '2021-08-10T08:00:00Z';

/**
 * A positive result of a tube of this person alone, reported when the tube was collected, except for what `says` sets:
 * `resultOf('An', { method: 'pcr', reportedAt: '2021-08-11T08:00:00Z' })`.
 */
export function resultOf(personId: string, says: Partial<TestResult> = {}): TestResult {
  const { collectedAt = COLLECTED_AT } = says;
  return {
    ...{ sampleId: `sample of ${personId}`, personId, disease: 'covid-19', result: 'positive', poolSize: 1 },
    ...{ collectedAt, reportedAt: collectedAt, method: null, ct: null },
    ...{ onsetAt: null, rashAt: null, infectiousFrom: null, infectiousUntil: null },
    ...says,
  };
}

export function reported(personId: string, says?: Partial<TestResult>): EventOf<'TestResultReported'> {
  return { type: 'TestResultReported', data: resultOf(personId, says) };
}
