import { merge } from '../people/index.js';
import { z } from 'zod';
import { given as open, type Context } from '../requests/context.js';
import { outcomeOf } from '../requests/outcome.js';
import { carryOver, findTwins, mergePlaces, mergeTubes, type TwinIds } from './twin-ids.js';

const twins = z.array(
  z.object({
    id: z.string().describe('The id in the log'),
    one: z.string().describe('Its canonical form'),
  }),
);

export const twinIds: z.ZodType<TwinIds> = z.object({
  people: twins,
  places: twins,
  households: twins,
  samples: twins,
  refused: z
    .array(z.object({ kind: z.enum(['person', 'place', 'household', 'sample']), id: z.string(), reason: z.string() }))
    .describe('Ids for which nothing new is accepted in any form'),
});

export const settledTwins = z.object({
  outcome: z.enum(['new', 'unchanged']),
  people: z.int().describe('Merged'),
  visits: z.int().describe('Visits that now belong to the canonical id of their place'),
  household_members: z.int().describe('People who now belong to the canonical id of their household'),
  results: z.int().describe('Results that now belong to the canonical id of their tube'),
});
export type SettledTwins = z.infer<typeof settledTwins>;

/** The ids that are not in the canonical form. */
export function list({ base: { store } }: Context): Promise<TwinIds> {
  return findTwins(store);
}

/** Merges each of them into its canonical form. */
export async function settle(context: Context): Promise<SettledTwins> {
  const { base, provenance } = context;
  const found = await findTwins(base.store);
  let people = 0;
  for (const twin of found.people) {
    await carryOver(context, twin);
    if (await merge(base.store, twin.id, twin.one, provenance)) people++;
  }
  const { visits, people: members } = await mergePlaces(context, found);
  const results = await mergeTubes(context, found, await open(base, 'rowsNamed')('results'));
  const changed = people + visits + members + results > 0;
  return { ...outcomeOf(changed), people, visits, household_members: members, results };
}
