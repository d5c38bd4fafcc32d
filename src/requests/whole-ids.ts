import type { Named } from '../contact-graph/short-ids.js';
import { RowRefused } from './refusal.js';

/** Who knows which ids begin so. */
export interface Ids {
  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]>;
}

/** A part of a UUID from its beginning: fewer characters would be a guess. */
const BEGINNING = /^(?=.{6,35}$)[0-9a-f]{1,8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?$/i;
/** Whether it may be the beginning of an id, and is not a whole one. */
export const mayBeShort = (given: string): boolean => BEGINNING.test(given);

/** Candidates that are named. */
const NAMED = 5;

/**
 * The whole id of which the beginning is given; anything else as it is, also what nothing begins with.
 * @param field how it is named where it is refused.
 * @param described the ids with what helps to tell them apart.
 * @throws RowRefused that names those that are meant, when there are several.
 */
export async function wholeId(
  graph: Ids,
  kind: Named,
  given: string,
  field: string,
  described: (ids: readonly string[]) => Promise<string[]> = (ids) => Promise.resolve([...ids]),
): Promise<string> {
  if (!mayBeShort(given)) return given;
  const found = await graph.idsLike(kind, given.toLowerCase(), NAMED + 1);
  const [only, ...others] = found;
  if (only === undefined || others.length === 0) return only ?? given;
  const shown = await described(found.slice(0, NAMED));
  const more = found.length > NAMED ? ' and others' : '';
  throw new RowRefused([
    {
      column: field,
      reason: `is the beginning of several ${kind}s (${given}): ${shown.join(', ')}${more}`,
      fix: 'Give more of the id.',
    },
  ]);
}
