import type { Named, QuestionGraph } from './question-ports.js';
import { canonicalId } from '../kernel/text.js';
import { RowRefused } from '../intake/refusal.js';
import { ASKED, type Given, type Parameter, type QuestionName } from './asked.js';

type Ids = Pick<QuestionGraph, 'idsLike' | 'casesById' | 'knowsPerson' | 'knowsPlace'>;

/** A part of a UUID from its beginning: fewer characters would be a guess. */
const BEGINNING = /^(?=.{6,35}$)[0-9a-f]{1,8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?$/i;
/** Whether it may be the beginning of an id, and is not a whole one. */
export const mayBeShort = (given: string): boolean => BEGINNING.test(given);

/** Candidates that are named. */
const NAMED = 5;

/**
 * The whole id of which the beginning is given; anything else as it is, also what nothing begins with.
 * @param column how the parameter is named where it is refused.
 * @throws RowRefused that names those that are meant, when there are several.
 */
export async function fullId(graph: Ids, kind: Named, given: string, column: string): Promise<string> {
  if (!mayBeShort(given)) return given;
  const found = await graph.idsLike(kind, given.toLowerCase(), NAMED + 1);
  const [only, ...others] = found;
  if (only === undefined || others.length === 0) return only ?? given;
  const shown = await described(graph, kind, found.slice(0, NAMED));
  const more = found.length > NAMED ? ' and others' : '';
  throw new RowRefused([
    {
      column,
      reason: `is the beginning of several ${kind}s (${given}): ${shown.join(', ')}${more}`,
      fix: 'Give more of the id.',
    },
  ]);
}

async function described(graph: Ids, kind: Named, ids: readonly string[]): Promise<string[]> {
  if (kind !== 'case') return [...ids];
  const known = new Map((await graph.casesById(ids)).map((each) => [each.caseId, each]));
  return ids.map((id) => {
    const found = known.get(id);
    return found ? `${id} of ${found.personId} (${found.disease})` : id;
  });
}

/** With what a question is asked, each id of a case whole. @throws RowRefused */
export async function withFullIds<N extends QuestionName>(graph: Ids, name: N, given: Given<N>): Promise<Given<N>> {
  const parameters: Record<string, Parameter> = ASKED[name].parameters;
  const whole: Record<string, unknown> = { ...given };
  for (const [column, { kind }] of Object.entries(parameters)) {
    const value = whole[column];
    if (value === undefined) continue;
    if (kind === 'id') whole[column] = await asKnown(graph, column, value as string);
    if (kind === 'case') whole[column] = await fullId(graph, 'case', value as string, column);
    if (kind === 'person-or-case') whole[column] = await ofPersonOrCase(graph, value as string, column);
    if (kind === 'people-or-cases') {
      whole[column] = await Promise.all((value as string[]).map((each) => ofPersonOrCase(graph, each, column)));
    }
  }
  return whole as Given<N>;
}

/**
 * An id in the form that ids have, however its letters were typed; as it is, where a log that is older than that form has
 * it so.
 */
async function asKnown(graph: Ids, column: string, given: string): Promise<string> {
  if (column !== 'place') return personAsKnown(graph, given);
  const one = canonicalId(given);
  return one === given || (await graph.knowsPlace(given)) ? given : one;
}

export async function personAsKnown(graph: Pick<Ids, 'knowsPerson'>, given: string): Promise<string> {
  const one = canonicalId(given);
  return one === given || (await graph.knowsPerson(given)) ? given : one;
}

/** A person may have an id that looks like the beginning of another one: then the person is meant. */
async function ofPersonOrCase(graph: Ids, given: string, column: string): Promise<string> {
  if (!mayBeShort(given)) return asKnown(graph, column, given);
  return (await graph.knowsPerson(given)) ? given : fullId(graph, 'case', given, column);
}
