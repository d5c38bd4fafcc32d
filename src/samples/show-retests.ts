import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { timeForPeople } from '../platform/times.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

/** More than anybody tests in a day. */
const MOST = 100_000;

/** Prints who has to be tested again, for the command line: people of a positive pool, or of a mere rapid test. */
export async function showRetests(json: boolean): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'retests'), ['neo4j']);
  const graph = openForPeople(runtime);
  try {
    await requireSameLog(runtime, graph.driver);
    const found = await graph.people.retests(MOST);
    if (json) return console.log(JSON.stringify(found));
    if (found.length === 0) console.log('Nobody has to be tested again.');
    for (const { personId, disease, sampleId, collectedAt, reason } of found) {
      const what = reason === 'pool' ? 'pool' : 'rapid test';
      console.log(
        `${personId}  ${disease}, ${what} ${sampleId} of ${timeForPeople(collectedAt, config.zone)} was positive`,
      );
    }
  } finally {
    await graph.close();
    await runtime.close();
  }
}
