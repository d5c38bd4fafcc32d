import { mkdirSync, writeFileSync } from 'node:fs';

/** Keeps the true totals of a run, so that `.ci/run` can print them on one plain line. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const passed = results.numPassedTests;
    // A file that cannot even be loaded runs no test; it still failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    mkdirSync('coverage', { recursive: true });
    writeFileSync('coverage/totals.json', JSON.stringify({ passed, failed, skipped }) + '\n');
  }
}
