import { mayBeShort, wholeId } from '../requests/whole-ids.js';
import type { Named } from '../contact-graph/short-ids.js';
import type { QuestionGraph } from './question-ports.js';
import { canonicalId } from '../kernel/text.js';
import { ASKED, type Given, type Parameter, type QuestionName } from './asked.js';

type Ids = Pick<QuestionGraph, 'idsLike' | 'casesById' | 'knowsPerson' | 'knowsPlace'>;

/** As `wholeId`; of cases it is said whose they are. */
export function fullId(graph: Ids, kind: Named, given: string, column: string): Promise<string> {
  return wholeId(graph, kind, given, column, (ids) => described(graph, kind, ids));
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
