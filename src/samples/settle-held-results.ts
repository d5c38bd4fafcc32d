import { readOrder, settling } from '../operations/fields.js';
import { settleHeld } from './held-results.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { timeForPeople } from '../platform/times.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { asOptions } from '../cli/options.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

/** More than anybody mistypes. */
const MOST = 10_000;

/** Prints for the command line which results wait for a person. */
export async function listHeldResults(json: boolean): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'held'), ['neo4j']);
  const graph = openForPeople(runtime);
  try {
    await requireSameLog(runtime, graph.driver);
    const found = await graph.people.heldResults(MOST);
    if (json) return console.log(JSON.stringify(found));
    if (found.length === 0) console.log('No result waits for a person.');
    for (const { sampleId, personId, disease, collectedAt, doubts } of found) {
      console.log(`${sampleId}  ${personId}, ${disease}, taken ${timeForPeople(collectedAt, config.zone)}`);
      for (const doubt of doubts) console.log(`  ${doubt}`);
    }
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/** Says for the command line that a result that waits is right, or wrong. */
export async function settleHeldResult(
  what: 'release' | 'refuse',
  sampleId: string,
  { person, ...options }: { person?: string; disease?: string; by: string; reason: string },
): Promise<void> {
  const given = await asOptions(() => readOrder(settling, { ...options, person_id: person }), {
    person_id: '--person',
  });
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'held'));
  try {
    const flags = { person: '--person', disease: '--disease', list: 'npx truyvet held' };
    const did = await settleHeld(runtime.store, what, sampleId, given, { source: 'cli' }, flags);
    if (!did) return console.log('It waited no longer.');
    console.log(what === 'release' ? 'Released: it counts from now on.' : 'Refused: it counts for nothing.');
  } finally {
    await runtime.close();
  }
}
