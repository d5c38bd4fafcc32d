import { isKnownPerson } from '../cases/index.js';
import { refused } from '../kernel/errors.js';
import { RECORD_NOT_KNOWN, RECORD_NOT_KNOWN_YET } from './problems.js';
import { merge, unmerge } from './merge.js';
import { canonicalId } from '../kernel/text.js';
import type { EventStore } from '../event-log/event-store.js';
import { z } from 'zod';
import { graphPosition } from '../requests/graph-position.js';
import { knownIds } from '../requests/known-ids.js';
import { given as open, secondsNow, type Context } from '../requests/context.js';
import { outcomeOf, type Changed } from '../requests/outcome.js';

/** Takes two records for one person. @throws Refused when nothing is known of one, or they cannot be merged. */
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

/** Parts two records again. @throws Refused when the record is not merged. */
export async function part({ base: { store }, provenance }: Context, given: { record: string }): Promise<Parted> {
  return { outcome: 'new', parted_from: await unmerge(store, given.record, provenance) };
}

/**
 * Returns the id of a record in the log: as given or, if that is unknown, in canonical form.
 * @param now seconds.
 * @param knownInGraph the first of these ids that the graph knows: a person named in a list of samples, or as the
 * second person of a meeting, has no stream of their own.
 * @throws Refused when nothing is known of it: it is misspelt, and merging it would make a person of it.
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
  throw refused(RECORD_NOT_KNOWN, `The person ${given} is not known.`);
}

/** @throws Refused when the graph knows none of them and is behind the log, which may hold what it lacks. */
async function knownInGraph({ base, of }: Context, ids: readonly string[]): Promise<string | undefined> {
  await base.requireGraph?.();
  const passed = await of(graphPosition).position();
  for (const id of ids) if (await of(knownIds).knowsPerson(id)) return id;
  if (await base.store.isBehind(passed, (await open(base, 'graphTypes')()).events.types)) {
    throw refused(
      RECORD_NOT_KNOWN_YET,
      `The person ${ids[0]} is not known yet, and the contact graph is behind the log.`,
    );
  }
  return undefined;
}
