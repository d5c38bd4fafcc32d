import { z } from 'zod';
import { exactText, freeText, id, instant, ordinal } from '../kernel/content.js';
import { adding, defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/**
 * A laboratory's result for one person in one sample; the window of an investigator takes precedence over the
 * profile's.
 */
const result = z.strictObject({
  sampleId: id,
  personId: id,
  disease: id,
  collectedAt: instant,
  reportedAt: instant,
  result: z.enum(['positive', 'negative', 'inconclusive']),
  /** Number of people whose material is in the tube; above 1 no case is opened. */
  poolSize: ordinal,
  onsetAt: instant.nullable(),
  infectiousFrom: instant.nullable(),
  infectiousUntil: instant.nullable(),
  /** When the rash broke out, in diseases that have one. */
  rashAt: instant.nullable(),
  method: z.enum(['pcr', 'antigen', 'other']).nullable(),
  /** Cycle threshold of a PCR: the higher, the less virus. */
  ct: z.number().min(0).nullable(),
});
export type TestResult = z.infer<typeof result>;
export type TestOutcome = TestResult['result'];
export type TestMethod = NonNullable<TestResult['method']>;

/** Version 1 had no method, no Ct value and no rash. */
const withoutMethod = adding({ rashAt: null, method: null, ct: null });

export const SampleCollected = defineEvent({
  type: 'SampleCollected',
  version: 1,
  says: 'A sample was taken, from one person or from several.',
  data: z.strictObject({ sampleId: id, disease: id, collectedAt: instant, poolSize: ordinal }),
});
export type SampleCollected = EventOf<typeof SampleCollected>;

export const TestResultReported = defineEvent({
  type: 'TestResultReported',
  version: 2,
  says: 'A laboratory reported a result for a person of the tube.',
  data: result,
  upcasts: [withoutMethod],
});
export type TestResultReported = EventOf<typeof TestResultReported>;

export const TestResultCorrected = defineEvent({
  type: 'TestResultCorrected',
  version: 2,
  says:
    'The laboratory reported another result for the tube, the person and the disease: the last one by `reportedAt` ' +
    'applies.',
  data: result,
  upcasts: [withoutMethod],
});
export type TestResultCorrected = EventOf<typeof TestResultCorrected>;

export const TestResultRetracted = defineEvent({
  type: 'TestResultRetracted',
  version: 1,
  says: 'The laboratory retracted the result for this disease, and there is no other result.',
  data: z.strictObject({ sampleId: id, personId: id, disease: id, reportedAt: instant }),
});
export type TestResultRetracted = EventOf<typeof TestResultRetracted>;

/**
 * A result with a date that the profile rules out: it is ignored until a person has reviewed it. If released, it is
 * reported unchanged; a later report of the laboratory on the same tube, person and disease replaces it.
 */
export const ResultHeld = defineEvent({
  type: 'ResultHeld',
  version: 1,
  says: 'A result with a date that the profile rules out; it is ignored until a person has reviewed it.',
  data: result.extend({ doubts: z.array(exactText).min(1) }),
});
export type ResultHeld = EventOf<typeof ResultHeld>;

/** A person found the held result right, and then its report follows, or wrong. */
export const HeldResultSettled = defineEvent({
  type: 'HeldResultSettled',
  version: 2,
  says: 'A person reviewed a held result: released, its report follows; refused, it is ignored.',
  data: z.strictObject({
    sampleId: id,
    personId: id,
    disease: id,
    outcome: z.enum(['released', 'refused']),
    reason: freeText.min(1),
  }),
  upcasts: [withoutBy],
  named: BY,
});
export type HeldResultSettled = EventOf<typeof HeldResultSettled>;

export const SAMPLE = eventSet(
  SampleCollected,
  TestResultReported,
  TestResultCorrected,
  TestResultRetracted,
  ResultHeld,
  HeldResultSettled,
);
export type SampleEvent =
  SampleCollected | TestResultReported | TestResultCorrected | TestResultRetracted | ResultHeld | HeldResultSettled;

export const sampleStream = defineStream({
  pattern: 'sample-<sampleId>',
  name: (sampleId: string) => `sample-${sampleId}`,
  events: SAMPLE,
});

/** All streams of the module. */
export const STREAMS = [sampleStream];
