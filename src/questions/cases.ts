import { RowRefused } from '../ingest/refusal.js';
import type { CaseFacts, QuestionGraph } from '../graph/question-ports.js';
import { NotKnown } from './question.js';

/** How a question names a case; one of the first two is needed. */
export interface Which {
  person?: string | undefined;
  case?: string | undefined;
  disease?: string | undefined;
}

/**
 * The case that is meant. A person may have fallen ill again: the latest case is meant, and of those a live one before
 * a retracted one.
 */
export async function caseOf(graph: QuestionGraph, { person, case: caseId, disease }: Which): Promise<CaseFacts> {
  if (caseId !== undefined) {
    const found = await graph.caseById(caseId);
    const meant = found && (person === undefined || found.personId === person);
    if (meant && (disease === undefined || found.disease === disease)) return found;
    const of = [person && ` of ${person}`, disease && ` of ${disease}`].filter(Boolean).join('');
    throw new NotKnown(`There is no case ${caseId}${of}.`, 'Ask for the cases of a person with --person ID.');
  }
  if (person === undefined) {
    throw new RowRefused([
      { column: 'person', reason: 'is missing', fix: 'Give person or case: whose case is meant.' },
    ]);
  }
  const cases = await graph.casesOf(person, disease);
  const meant = cases.findLast(({ status }) => status === 'live') ?? cases.at(-1);
  if (meant) return meant;
  throw new NotKnown(
    `${person} is not known to be a case${disease === undefined ? '' : ` of ${disease}`}.`,
    'A case is opened by a positive result: npx truyvet import results FILE --wait',
  );
}
