import { z } from 'zod';
import { instant, moreLine, paged, recordsLine, showCase, shownCase } from './answers.js';
import { caseOf } from './cases.js';
import { pageOf, placeOf } from './page.js';
import { question, textOf, textOrNull } from './question.js';
import { untold, untoldAs, untoldTold } from './untold.js';

const place = z.tuple([z.number(), z.string()]);

const answer = paged(
  z.object({
    person: z.string(),
    degree: z.int(),
    first: instant.describe('First exposure'),
    last: instant.nullable().describe('End of the last one; null while it goes on for all that is known'),
    minutes: z.number(),
    cases: z.array(z.string()).describe('Live cases of the disease that the contact has become'),
    rule: z.string().describe('Profile and version under which the person is a contact'),
    untold: untold
      .nullable()
      .describe('Why the alert failed, as in `unreached`; null where a message told them, or may yet'),
  }),
).extend({
  case: shownCase,
  counts: z.array(z.object({ degree: z.int(), count: z.int() })).describe('Of the whole list'),
});

/** The contacts of a case, page by page. */
export const contacts = question<'contacts', z.infer<typeof answer>>({
  name: 'contacts',
  answer,

  async ask({ graph }, given) {
    const found = await caseOf(graph, given);
    const after = placeOf(given.cursor, place);
    const page = { degree: given.degree, after, limit: given.limit + 1 };
    const { contacts: rows, counts } = await graph.contacts(found.caseId, page);
    const { items, next } = pageOf(rows, given.limit, ({ degree, personId }) => [degree, personId]);
    const failed = await graph.failedAmong(
      found.caseId,
      items.map(({ personId }) => personId),
    );
    return {
      case: showCase(found),
      counts,
      items: items.map(({ personId, degree, first, last, minutes, own, rule }) => ({
        person: personId,
        degree,
        first: textOf(first),
        last: textOrNull(last),
        minutes: Math.round(minutes * 100) / 100,
        cases: own,
        rule,
        untold: failed.has(personId) ? untoldAs(failed.get(personId) ?? null) : null,
      })),
      next,
    };
  },

  *told({ case: { id, person, records, disease }, counts, items, next }) {
    const shown = counts.map(({ degree, count }) => `${count} F${degree}`).join(', ');
    yield `${person}: ${disease}, case ${id}: ${shown || 'no contacts'}`;
    yield* recordsLine(person, records);
    for (const each of items) {
      const become = each.cases.length === 0 ? '' : `, a case since: ${each.cases.join(', ')}`;
      const why = untoldTold(each.cases.length > 0 && each.untold === 'is-a-case' ? null : each.untold);
      yield `  F${each.degree} ${each.person}: from ${each.first}, ${each.minutes} min${become}${why}`;
    }
    yield* moreLine(next);
  },
});
