import type { Named } from '../contact-graph/short-ids.js';
import { RowRefused } from './refusal.js';

/** Finds ids by their beginning. */
export interface Ids {
  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]>;
}

/** The beginning of a UUID, of at least 6 characters: fewer would be a guess. */
const BEGINNING = /^(?=.{6,35}$)[0-9a-f]{1,8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?$/i;
/** Whether it may be the beginning of an id without being a complete one. */
export const mayBeShort = (given: string): boolean => BEGINNING.test(given);

/** Most candidates that a refusal names. */
const NAMED = 5;

/**
 * Completes the beginning of an id. Anything else, and a beginning of no known id, is returned unchanged.
 * @param field the field that a refusal names.
 * @param described adds to ids what helps to distinguish them.
 * @throws RowRefused that names the candidates when there are several.
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
      fix: 'Give more characters of the id.',
    },
  ]);
}
