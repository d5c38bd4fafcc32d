import type { ContactsAnswer } from './contacts.js';
import { recordsLine } from './records-line.js';
import { unreachedAtEnd } from './unreached-reasons.js';

/** Formats the contacts of a case for people. */
export function* contactLines({ case: found, counts, items, factors }: ContactsAnswer): Generator<string> {
  const { id, person, records, disease, status, from, until } = found;
  const retracted = status === 'retracted' ? ', retracted' : '';
  yield `${person}: ${disease}, case ${id}${retracted}`;
  yield* recordsLine(person, records);
  yield `Infectious from ${from} until ${until ?? 'isolation (none is recorded)'}`;
  const count = (is: (degree: number) => boolean) =>
    counts.reduce((sum, each) => sum + (is(each.degree) ? each.count : 0), 0);
  yield `${count((degree) => degree === 1)} F1`;
  for (const each of items.filter(({ degree }) => degree === 1)) {
    const where = each.places?.length ? ` at ${each.places.join(', ')}` : ', by phone';
    yield `  ${each.person}: from ${each.first}, ${each.minutes} min${where}${unreachedAtEnd(each.untold)}`;
  }
  yield `${count((degree) => degree === 2)} F2`;
  for (const each of items.filter(({ degree }) => degree === 2))
    yield `  ${each.person}: through ${each.via?.join(', ') ?? ''}${unreachedAtEnd(each.untold)}`;
  const farther = count((degree) => degree > 2);
  if (farther > 0) yield `${farther} of higher degrees`;
  for (const each of items.filter(({ degree }) => degree > 2))
    yield `  F${each.degree} ${each.person}: through ${each.via?.join(', ') ?? ''}${unreachedAtEnd(each.untold)}`;
  if (factors?.length) yield `${factors.length} with an epidemiological factor`;
  for (const each of factors ?? []) {
    const where = each.places.length > 0 ? ` at ${each.places.join(', ')}` : '';
    yield `  ${each.person}: the same ${each.shared.join(' and ')}${where}, from ${each.since}`;
  }
}
