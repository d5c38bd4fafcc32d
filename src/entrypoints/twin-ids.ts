import { carryOver, findTwins, mergePlaces, type Twin, type TwinIds } from '../ingest/twin-ids.js';
import { toolsOf, type Tools } from '../ingest/tools.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { merge } from './merge-people.js';
import { openRuntime } from './runtime.js';

/** Lists ids in another form than ids have, for the command line. */
export async function listTwins({ json }: { json?: boolean }): Promise<void> {
  await withTools(async ({ store }) => {
    const twins = await findTwins(store);
    if (json) return console.log(JSON.stringify(twins));
    const all = Object.entries(twins) as [keyof TwinIds, Twin[]][];
    if (all.every(([, each]) => each.length === 0)) return console.log('Every id is in the form that ids have.');
    for (const [kind, each] of all) {
      // In JSON, since the two look the same.
      for (const { id, one } of each) console.log(`${kind}: ${escapedIn(id)} is ${escapedIn(one)}`);
    }
    console.log('People, places and households are made one with: npx truyvet ids merge');
    if (twins.samples.length > 0) console.log('Tubes stay apart: correct or retract the results of one of the two.');
  });
}

/** Makes one of them, for the command line. */
export async function mergeTwins(): Promise<void> {
  await withTools(async (tools) => {
    const twins = await findTwins(tools.store);
    let merged = 0;
    for (const twin of twins.people) {
      await carryOver(tools, twin);
      if (await merge(tools.store, twin.id, twin.one)) merged++;
    }
    const { visits, people } = await mergePlaces(tools, twins);
    console.log(
      `${merged} people are merged, ${visits} visits are at the one id of their place, ${people} people in that of their household.`,
    );
  });
}

/** Every character that is not plain as JSON writes it, since the two would look the same. */
function escapedIn(id: string): string {
  return `"${id.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

async function withTools(use: (tools: Tools) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'ids'));
  try {
    await use(toolsOf(runtime));
  } finally {
    await runtime.close();
  }
}
