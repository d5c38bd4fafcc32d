import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf } from './cases.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf, textOrNull } from './times.js';
import { UNREACHED_REASONS, unreachedReasonOf } from './unreached-reasons.js';

const place = z.tuple([z.number(), z.string()]);

export const answer = paged(
  z.object({
    person: z.string(),
    degree: z.int(),
    first: instant.describe('First exposure'),
    last: instant.nullable().describe('End of the last exposure; null while it is not known to have ended'),
    minutes: z.number(),
    cases: z.array(z.string()).describe("The contact's own live cases of the disease"),
    rule: z.string().describe('Profile and version by which the person is a contact'),
    untold: z
      .enum(UNREACHED_REASONS)
      .nullable()
      .describe('Why the alert failed, as in `unreached`; null if a message notified them, or still may'),
  }),
).extend({
  case: caseSchema,
  counts: z.array(z.object({ degree: z.int(), count: z.int() })).describe('Numbers for the whole list'),
});
export type ContactsAnswer = z.infer<typeof answer>;

/** Reads a page of the contacts of a case. */
export async function ask({ graph }: QuestionContext, given: Asked<'contacts'>): Promise<ContactsAnswer> {
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
      untold: failed.has(personId) ? unreachedReasonOf(failed.get(personId) ?? null) : null,
    })),
    next,
  };
}
