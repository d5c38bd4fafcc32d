import { z } from 'zod';
import { handle } from '../event-log/handle.js';
import type { Context } from '../requests/context.js';
import { outcomeOf, type Changed } from '../requests/outcome.js';
import { sampleStream } from './events.js';
import { sampleDecider } from './sample.js';
import { sampleGraph, type SampleGraph } from './sample-graph.js';

/** More results than are ever held at once. */
const MOST = 10_000;

export const heldResult = z.object({
  sample_id: z.string(),
  person_id: z.string(),
  disease: z.string(),
  collected_at: z.string(),
  doubts: z.array(z.string()).describe('What is impossible under the profile, in sentences.'),
});
/** A result with a date that the profile rules out: it is ignored until a person has reviewed it. */
export type HeldResultShown = z.infer<typeof heldResult>;
export const heldResultsAnswer = z.object({ items: z.array(heldResult) });
export type HeldResults = z.infer<typeof heldResultsAnswer>;

/** Lists held results, ordered by when the samples were taken. */
export async function list(context: Context): Promise<HeldResults> {
  return { items: await heldResultsShown(context.of(sampleGraph), MOST) };
}

/** Lists held results. @param limit greatest number of results. */
export async function heldResultsShown(
  graph: Pick<SampleGraph, 'heldResults'>,
  limit: number,
): Promise<HeldResultShown[]> {
  const found = await graph.heldResults(limit);
  return found.map(({ sampleId, personId, disease, collectedAt, doubts }) => ({
    ...{ sample_id: sampleId, person_id: personId, disease, collected_at: collectedAt, doubts },
  }));
}

interface Settling {
  sample_id: string;
  person_id?: string | undefined;
  disease?: string | undefined;
  reason: string;
}

/**
 * Records that a result that waits for review is right, or wrong.
 * @throws Refused when no such result waits, or several do.
 */
export async function settle(
  { base: { store }, provenance }: Context,
  outcome: 'released' | 'refused',
  { sample_id: sampleId, person_id, disease, reason }: Settling,
): Promise<Changed> {
  const data = { sampleId, personId: person_id, disease, outcome, reason };
  // Released, it counts as what the laboratory reported.
  const asReported = { ...provenance, laboratory: true };
  const { appended } = await handle(
    store,
    sampleDecider,
    sampleStream(sampleId),
    { type: 'SettleHeld', data },
    asReported,
  );
  return outcomeOf(appended !== undefined);
}
