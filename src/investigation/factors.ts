import { SHARED } from '../contact-graph/place-facts.js';
import { z } from 'zod';
import { instant, moreLine, paged, recordsLine, showCase, shownCase } from './answers.js';
import { caseOf } from './cases.js';
import { pageOf, placeOf } from './page.js';
import { question, textOf } from './question.js';

const answer = paged(
  z.object({
    person: z.string(),
    shared: z.array(z.enum(SHARED)),
    since: instant.describe('From when on, the first time'),
  }),
).extend({ case: shownCase });

/** Who shares something with a case without being a contact of degree 1. */
export const factors = question<'factors', z.infer<typeof answer>>({
  name: 'factors',
  answer,

  async ask({ graph }, given) {
    const found = await caseOf(graph, given);
    const after = placeOf(given.cursor, z.string()) ?? '';
    const rows = await graph.factors(found.caseId, { after, limit: given.limit + 1 });
    const { items, next } = pageOf(rows, given.limit, ({ personId }) => personId);
    return {
      case: showCase(found),
      items: items.map(({ personId, shared, since }) => ({ person: personId, shared, since: textOf(since) })),
      next,
    };
  },

  *told({ case: { id, person, records }, items, next }) {
    yield* recordsLine(person, records);
    if (items.length === 0) yield `Nobody shares anything with ${person} (case ${id}) beyond the F1.`;
    for (const { person: who, shared, since } of items)
      yield `  ${who}: the same ${shared.join(' and ')}, from ${since}`;
    yield* moreLine(next);
  },
});
