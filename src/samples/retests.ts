import { z } from 'zod';
import type { Context } from '../requests/context.js';
import { sampleGraph } from './sample-graph.js';

/** More people than can be tested in a day. */
const MOST = 100_000;

export const retestsAnswer = z.array(
  z.object({
    reason: z.enum(['pool', 'rapid']),
    person_id: z.string(),
    disease: z.string(),
    sample_id: z.string().describe('The pool, or the rapid test'),
    collected_at: z.string(),
  }),
);
export type Retests = z.infer<typeof retestsAnswer>;

/** Lists people to be tested again: members of a positive pool, and people with only a rapid test. */
export async function toTestAgain(context: Context): Promise<Retests> {
  const found = await context.of(sampleGraph).retests(MOST);
  return found.map(({ reason, personId, disease, sampleId, collectedAt }) => ({
    ...{ reason, person_id: personId, disease, sample_id: sampleId, collected_at: collectedAt },
  }));
}
