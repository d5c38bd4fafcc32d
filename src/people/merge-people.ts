import { personStream } from './events.js';
import { UserError } from '../kernel/errors.js';
import { personDecider, type PersonState } from './person.js';
import { canonicalId } from '../kernel/text.js';
import type { EventStore } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { isKnownPerson } from '../cases/known-people.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { groundOf } from '../investigation/ground.js';
import { graphTypes } from '../entrypoints/graph-types.js';
import { openRuntime, requireServices, type Runtime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

const provenance = { source: 'cli' };

/** Takes two records for one person, for the command line. */
export async function mergePeople(record: string, into: string): Promise<void> {
  await withLog(async (runtime) => {
    const { store, config } = runtime;
    const named = (given: string) =>
      recordNamed(store, given, Math.floor(config.now() / 1000), (ids) => knownInGraph(runtime, ids));
    const [merged, counting] = [await named(record), await named(into)];
    console.log(
      (await merge(store, merged, counting))
        ? `${record} is ${into} from now on. Part them again with: npx truyvet people unmerge ${record}`
        : `${record} was ${into} already.`,
    );
  });
}

/** Parts two records again, for the command line. */
export async function unmergePeople(record: string): Promise<void> {
  await withLog(async ({ store }) => {
    const from = await unmerge(store, record);
    console.log(`${record} and ${from} are two people again.`);
  });
}

/**
 * The id under which a record stands in the log: as it is given or, where nothing is known of that, in the form that ids
 * have.
 * @param now seconds.
 * @param knownInGraph the first of these ids of which the graph knows: whoever is named in a list of samples, or as the
 * other one of a meeting, has no stream of their own.
 * @throws UserError when nothing is known of it: it is misspelt, and merging it would make a person of it.
 */
export async function recordNamed(
  store: EventStore,
  given: string,
  now: number,
  knownInGraph: (ids: readonly string[]) => Promise<string | undefined>,
): Promise<string> {
  const ids = [...new Set([given, canonicalId(given)])];
  for (const id of ids) if (await isKnownPerson(store, id, now)) return id;
  const known = await knownInGraph(ids);
  if (known !== undefined) return known;
  throw new UserError(
    `Nothing is known of a person ${given}.`,
    'Check the spelling. People are known from check-ins, proximity, results, isolations and `import people`.',
  );
}

/**
 * @returns whether it says anything new.
 * @throws UserError when the two cannot be merged.
 */
export async function merge(store: EventStore, record: string, into: string): Promise<boolean> {
  if (record === into) throw new UserError(`${record} is one record.`, 'Name two records of one person.');
  const merged = await stateOf(store, record);
  const counting = await stateOf(store, into);
  for (let at = counting; at.mergedInto !== null; at = await stateOf(store, at.mergedInto)) {
    if (at.mergedInto === record) {
      throw new UserError(`${into} is merged into ${record} already.`, `First: npx truyvet people unmerge ${into}`);
    }
  }
  if (merged.registered?.phone && !counting.registered?.phone) {
    throw new UserError(
      `${record} has a phone and ${into} has none: its person could not be told of anything any more.`,
      `Merge the other way round (npx truyvet people merge ${into} --into ${record}), or import the phone for ${into}.`,
    );
  }
  // First, so that whoever learns of the merge finds the record from the other one, too.
  const link = { type: 'LinkRecord' as const, personId: into, record };
  await handle(store, personDecider, personStream(into), link, provenance);
  const command = { type: 'Merge' as const, personId: record, into };
  const { appended } = await handle(store, personDecider, personStream(record), command, provenance);
  return appended !== undefined;
}

/**
 * @returns whom the record was merged into.
 * @throws UserError when it was not merged.
 */
export async function unmerge(store: EventStore, record: string): Promise<string> {
  const { mergedInto } = await stateOf(store, record);
  if (mergedInto === null) throw new UserError(`${record} is not merged into another record.`);
  const command = { type: 'Unmerge' as const, personId: record };
  await handle(store, personDecider, personStream(record), command, provenance);
  return mergedInto;
}

async function stateOf(store: EventStore, record: string): Promise<PersonState> {
  return (await load(store, personDecider, personStream(record))).state;
}

/** @throws UserError when the graph knows none of them and is behind the log, which may hold what it lacks. */
async function knownInGraph(runtime: Runtime, ids: readonly string[]): Promise<string | undefined> {
  await requireServices(runtime.urls, ['neo4j']);
  const graph = openForPeople(runtime);
  try {
    await requireSameLog(runtime, graph.driver);
    const passed = await graph.people.position();
    const { graph: questions } = groundOf(graph.driver, runtime.store);
    for (const id of ids) if (await questions.knowsPerson(id)) return id;
    if (await runtime.store.isBehind(passed, (await graphTypes()).events.types)) {
      throw new UserError(
        `Nothing is known of a person ${ids[0]} yet, and the contact graph is behind the log.`,
        'Ask again once `npx truyvet projections status` says that it has caught up.',
      );
    }
    return undefined;
  } finally {
    await graph.close();
  }
}

async function withLog(use: (runtime: Runtime) => Promise<void>): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'people'));
  try {
    await use(runtime);
  } finally {
    await runtime.close();
  }
}
