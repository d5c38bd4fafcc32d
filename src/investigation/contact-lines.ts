import type { ContactListAnswer } from './contact-list.js';
import { recordsLine } from './records-line.js';
import { unreachedAtEnd } from './unreached-reasons.js';

/** Formats all contacts of a case for people. */
export function* contactLines(answer: ContactListAnswer): Generator<string> {
  const { case_id: caseId, person, records, disease, status, window, f1, f2, farther, factors } = answer;
  const retracted = status === 'retracted' ? ', retracted' : '';
  yield `${person}: ${disease}, case ${caseId}${retracted}`;
  yield* recordsLine(person, records);
  yield `Infectious from ${window.from} until ${window.until ?? 'isolation (none is recorded)'}`;
  yield `${f1.length} F1`;
  for (const each of f1) {
    const where = each.places.length > 0 ? ` at ${each.places.join(', ')}` : ', by phone';
    yield `  ${each.person}: from ${each.first_exposure_at}, ${each.minutes} min${where}${unreachedAtEnd(each.untold)}`;
  }
  yield `${f2.length} F2`;
  for (const each of f2) yield `  ${each.person}: through ${each.via.join(', ')}${unreachedAtEnd(each.untold)}`;
  if (farther.length > 0) yield `${farther.length} of higher degrees`;
  for (const each of farther)
    yield `  F${each.degree} ${each.person}: through ${each.via.join(', ')}${unreachedAtEnd(each.untold)}`;
  if (factors.length > 0) yield `${factors.length} with an epidemiological factor`;
  for (const each of factors) {
    const where = each.places.length > 0 ? ` at ${each.places.join(', ')}` : '';
    yield `  ${each.person}: the same ${each.shared.join(' and ')}${where}, from ${each.since}`;
  }
}
