import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const SLOWEST = 12;
/**
 * Milliseconds after the last test in which the services are stopped; a process that still runs then was left behind by
 * a failed test.
 */
const LEFT_BEHIND = 120_000;

/**
 * Collects the true totals of a run, so that `.ci/run` can print them in one plain line, and prints what took longest:
 * all times are in coverage/times.json.
 */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    const passed = results.numPassedTests;
    // A file that cannot even be loaded runs no test, but it still failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    mkdirSync('coverage', { recursive: true });
    writeFileSync('coverage/totals.json', JSON.stringify({ passed, failed, skipped }) + '\n');
    const files = results.testResults.map(({ testFilePath, perfStats }) => [
      relative('.', testFilePath),
      perfStats.runtime,
    ]);
    const tests = results.testResults.flatMap(({ testResults }) =>
      testResults.map(({ fullName, duration }) => [fullName, duration ?? 0]),
    );
    writeFileSync(
      'coverage/times.json',
      JSON.stringify({ files: slowestFirst(files), tests: slowestFirst(tests) }, null, 1),
    );
    setTimeout(() => {
      process.stderr.write('Something that the tests started keeps running: it is not waited for.\n');
      process.exit(results.success ? 0 : 1);
    }, LEFT_BEHIND).unref();
    print('The slowest files', files);
    print('The slowest tests', tests);
  }
}

const slowestFirst = (times) => [...times].sort(([, one], [, other]) => other - one);

/** @param times names with milliseconds. */
function print(title, times) {
  const lines = slowestFirst(times)
    .slice(0, SLOWEST)
    .map(([name, ms]) => `  ${(ms / 1_000).toFixed(1).padStart(7)} s  ${name.slice(0, 150)}`);
  process.stderr.write(`${title}:\n${lines.join('\n')}\n`);
}
