import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const SLOWEST = 12;

/** Keeps the true totals of a run, so that `.ci/run` can print them on one plain line, and says what took longest. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const passed = results.numPassedTests;
    // A file that cannot even be loaded runs no test; it still failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    mkdirSync('coverage', { recursive: true });
    writeFileSync('coverage/totals.json', JSON.stringify({ passed, failed, skipped }) + '\n');
    const files = results.testResults;
    print(
      'The slowest files',
      files.map(({ testFilePath, perfStats }) => [relative('.', testFilePath), perfStats.runtime]),
    );
    print(
      'The slowest tests',
      files.flatMap(({ testResults }) => testResults.map(({ fullName, duration }) => [fullName, duration ?? 0])),
    );
  }
}

/** @param times names with milliseconds. */
function print(title, times) {
  const slowest = [...times].sort(([, one], [, other]) => other - one).slice(0, SLOWEST);
  const lines = slowest.map(([name, ms]) => `  ${(ms / 1_000).toFixed(1).padStart(7)} s  ${name.slice(0, 150)}`);
  process.stderr.write(`${title}:\n${lines.join('\n')}\n`);
}
