import { SHARED } from '../contact-graph/place-facts.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf } from './cases.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf } from './times.js';

export const answer = paged(
  z.object({
    person: z.string(),
    shared: z.array(z.enum(SHARED)),
    since: instant.describe('When the sharing first began'),
  }),
).extend({ case: caseSchema });
export type FactorsAnswer = z.infer<typeof answer>;

/** Lists people who share something with a case without being contacts of degree 1. */
export async function ask({ graph }: QuestionContext, given: Asked<'factors'>): Promise<FactorsAnswer> {
  const found = await caseOf(graph, given);
  const after = placeOf(given.cursor, z.string()) ?? '';
  const rows = await graph.factors(found.caseId, { after, limit: given.limit + 1 });
  const { items, next } = pageOf(rows, given.limit, ({ personId }) => personId);
  return {
    case: showCase(found),
    items: items.map(({ personId, shared, since }) => ({ person: personId, shared, since: textOf(since) })),
    next,
  };
}
