import { UserError } from '../domain/errors.js';
import { sampleDecider } from '../domain/sample.js';
import { openGraph } from '../graph/index.js';
import { handle, load } from '../log/handle.js';
import { streams } from '../log/streams.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { timeForPeople } from '../platform/times.js';
import { openRuntime } from './runtime.js';

/** More than anybody mistypes. */
const MOST = 10_000;

/** Prints for the command line which results wait for a person. */
export async function listHeldResults(json: boolean): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'held'), ['neo4j']);
  const graph = openGraph(runtime);
  try {
    const found = await graph.queries.heldResults(MOST);
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
  { person, disease, by, reason }: { person?: string; disease?: string; by: string; reason: string },
): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'held'));
  try {
    const stream = streams.sample(sampleId);
    const { state } = await load(runtime.store, sampleDecider, stream);
    const waiting = [...state.held.values()].filter(
      (each) => (person ?? each.personId) === each.personId && (disease ?? each.disease) === each.disease,
    );
    const [held, ...others] = waiting;
    if (!held) throw new UserError(`No such result of ${sampleId} waits for a person.`, 'See: npx truyvet held');
    if (others.length > 0) {
      const all = waiting.map((each) => `${each.personId} (${each.disease})`).join(', ');
      throw new UserError(`Several results of ${sampleId} wait: ${all}.`, 'Name one by --person and --disease.');
    }
    const outcome = what === 'release' ? ('released' as const) : ('refused' as const);
    const data = { sampleId, personId: held.personId, disease: held.disease, outcome, by, reason };
    // Released, it counts as what the laboratory reported.
    const provenance = { source: 'cli', laboratory: true };
    const { appended } = await handle(runtime.store, sampleDecider, stream, { type: 'SettleHeld', data }, provenance);
    if (!appended) return console.log('It waited no longer.');
    console.log(what === 'release' ? 'Released: it counts from now on.' : 'Refused: it counts for nothing.');
  } finally {
    await runtime.close();
  }
}
