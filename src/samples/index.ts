/** What other modules may import from samples. */
export {
  HeldResultSettled,
  SampleCollected,
  TestResultCorrected,
  TestResultReported,
  TestResultRetracted,
  sampleStream,
  type TestResult,
} from './events.js';
export { heldResult, heldResultsShown } from './held-results.js';
export { Neo4jSamples, sampleGraph, type HeldResultRow, type RapidTestRow, type SampleGraph } from './sample-graph.js';
export { sampleDecider, statementOf, wordAfter, wordKey, type Word } from './sample.js';
