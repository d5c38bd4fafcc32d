import { NotKnown } from '../kernel/errors.js';
import type { Instant } from '../kernel/instant.js';
import { requirePerson } from '../requests/full-ids.js';
import { RowRefused } from '../requests/refusal.js';
import type { CaseFacts, QuestionGraph } from './question-ports.js';

/** How a question names a case; `person` or `case` is required. */
export interface Which {
  person?: string | undefined;
  case?: string | undefined;
  disease?: string | undefined;
}

/**
 * Finds the case that is meant. If a person had several, it is the latest live one, or else the latest.
 * @throws NotKnown when there is no such case, RowRefused when neither a person nor a case is given.
 */
export async function caseOf(
  graph: Pick<QuestionGraph, 'caseById' | 'casesOf' | 'knowsPerson'>,
  { person, case: caseId, disease }: Which,
): Promise<CaseFacts> {
  if (caseId !== undefined) {
    const found = await graph.caseById(caseId);
    const meant = found && (person === undefined || [found.personId, ...found.records].includes(person));
    if (meant && (disease === undefined || found.disease === disease)) return found;
    const of = [person && ` of ${person}`, disease && ` of ${disease}`].filter(Boolean).join('');
    throw new NotKnown(`There is no case ${caseId}${of}.`, 'To list all cases: npx truyvet cases');
  }
  if (person === undefined) {
    throw new RowRefused([{ column: 'person', reason: 'is missing', fix: 'Give a person or a case.' }]);
  }
  const cases = await graph.casesOf(person, disease);
  const meant = cases.findLast(({ status }) => status === 'live') ?? cases.at(-1);
  if (meant) return meant;
  await requirePerson(graph, person);
  throw new NotKnown(
    `${person} is not known to be a case${disease === undefined ? '' : ` of ${disease}`}.`,
    'A positive result opens a case: npx truyvet import results FILE --wait',
  );
}

/**
 * Groups cases of one person and one illness: samples under several records may have opened a case each. Each group is
 * ordered oldest first, and its first case stands for the illness.
 * @param anew from when somebody who was ill at an instant may have a new illness.
 */
export function illnessesOf(cases: readonly CaseFacts[], anew: (at: Instant) => Instant): CaseFacts[][] {
  const illnesses: CaseFacts[][] = [];
  const latest = new Map<string, CaseFacts[]>();
  for (const each of [...cases].sort((a, b) => (a.anchor ?? 0) - (b.anchor ?? 0))) {
    const key = JSON.stringify([each.personId, each.disease]);
    const known = latest.get(key);
    if (known && (each.anchor ?? 0) < anew(known[0]?.anchor ?? 0)) known.push(each);
    else {
      const illness = [each];
      illnesses.push(illness);
      latest.set(key, illness);
    }
  }
  return illnesses;
}
