import { personStream } from './events.js';
import { UserError } from '../kernel/errors.js';
import { personDecider, type PersonState } from './person.js';
import { canonicalId } from '../kernel/text.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { isKnownPerson } from '../cases/known-people.js';
import { z } from 'zod';
import { graphQueries } from '../requests/graph-queries.js';
import { knownIds } from '../requests/known-ids.js';
import { given as open, secondsNow, type Context } from '../requests/context.js';
import { outcomeOf, type Changed } from '../requests/outcome.js';

/** Takes two records for one person. @throws UserError when nothing is known of one, or they cannot be merged. */
export async function mergeRecords(context: Context, given: { record: string; into: string }): Promise<Changed> {
  const { base, provenance } = context;
  const named = (id: string) => recordNamed(base.store, id, secondsNow(base), (ids) => knownInGraph(context, ids));
  const [merged, counting] = [await named(given.record), await named(given.into)];
  return outcomeOf(await merge(base.store, merged, counting, provenance));
}

export const partedAnswer = z.object({
  outcome: z.enum(['new', 'unchanged']),
  parted_from: z.string().describe('The record into which it was merged'),
});
export type Parted = z.infer<typeof partedAnswer>;

/** Parts two records again. @throws UserError when the record is not merged. */
export async function part({ base: { store }, provenance }: Context, given: { record: string }): Promise<Parted> {
  return { outcome: 'new', parted_from: await unmerge(store, given.record, provenance) };
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
export async function merge(store: EventStore, record: string, into: string, provenance: Provenance): Promise<boolean> {
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
export async function unmerge(store: EventStore, record: string, provenance: Provenance): Promise<string> {
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
async function knownInGraph({ base, of }: Context, ids: readonly string[]): Promise<string | undefined> {
  await base.requireGraph?.();
  const passed = await of(graphQueries).position();
  for (const id of ids) if (await of(knownIds).knowsPerson(id)) return id;
  if (await base.store.isBehind(passed, (await open(base, 'graphTypes')()).events.types)) {
    throw new UserError(
      `Nothing is known of a person ${ids[0]} yet, and the contact graph is behind the log.`,
      'Ask again once `npx truyvet projections status` says that it has caught up.',
    );
  }
  return undefined;
}
