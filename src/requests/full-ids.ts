import type { KnownIds } from '../contact-graph/known-ids.js';
import type { Named } from '../contact-graph/short-ids.js';
import { NotKnown } from '../kernel/errors.js';
import type { Fields, FieldKind, Given } from '../kernel/fields.js';
import { canonicalId } from '../kernel/text.js';
import { mayBeShort, wholeId } from './whole-ids.js';

type Ids = Omit<KnownIds, 'shortIds'>;

/** Like `wholeId`, but an ambiguous id of a case is refused with the persons of the candidates. */
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

/** How each kind of id is completed, by the kind of its field. */
const WHOLE: Partial<Record<FieldKind, (graph: Ids, given: string, column: string) => Promise<string>>> = {
  person: personAsKnown,
  place: asKnown((graph, id) => graph.knowsPlace(id)),
  case: (graph, given, column) => fullId(graph, 'case', given, column),
  'person-or-case': ofPersonOrCase,
  'people-or-cases': ofPersonOrCase,
};

/** Whether any of the fields holds ids that are looked up in the graph. */
export const holdIds = (fields: Fields): boolean => Object.values(fields).some(({ kind }) => kind in WHOLE);

/** The given fields with each id as it is known and each case id complete. @throws RowRefused when one is ambiguous */
export async function withFullIds<F extends Fields>(graph: Ids, fields: F, given: Given<F>): Promise<Given<F>> {
  const whole: Record<string, unknown> = { ...given };
  for (const [column, { kind }] of Object.entries(fields)) {
    const made = WHOLE[kind];
    const value = whole[column];
    if (!made || value === undefined) continue;
    whole[column] = Array.isArray(value)
      ? await Promise.all(value.map((each) => made(graph, String(each), column)))
      : await made(graph, String(value), column);
  }
  return whole as Given<F>;
}

/**
 * The canonical form of an id, however its letters were typed; the id as given if the graph knows it so, from a log
 * that is older than that form.
 */
function asKnown<G>(knows: (graph: G, id: string) => Promise<boolean>): (graph: G, given: string) => Promise<string> {
  return async (graph, given) => {
    const one = canonicalId(given);
    return one === given || (await knows(graph, given)) ? given : one;
  };
}

function personAsKnown(graph: Pick<Ids, 'knowsPerson'>, given: string): Promise<string> {
  return asKnown((ids: Pick<Ids, 'knowsPerson'>, id) => ids.knowsPerson(id))(graph, given);
}

/** A person's id may look like the beginning of a case id: then the person is meant. */
async function ofPersonOrCase(graph: Ids, given: string, column: string): Promise<string> {
  if (!mayBeShort(given)) return personAsKnown(graph, given);
  return (await graph.knowsPerson(given)) ? given : fullId(graph, 'case', given, column);
}

/** Distinguishes an unknown id from a person without findings. @throws NotKnown when nobody has the id */
export async function requirePerson(graph: Pick<Ids, 'knowsPerson'>, person: string): Promise<void> {
  if (await graph.knowsPerson(person)) return;
  throw new NotKnown(
    `The person ${person} is not known.`,
    'Check the spelling: this is not the answer for a healthy person. Check-ins and results make people known.',
  );
}
