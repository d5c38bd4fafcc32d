import { z } from 'zod';
import { merge } from '../people/merge-people.js';
import { definePart, type Context } from '../requests/context.js';
import { toolsOf } from './tools.js';
import { carryOver, findTwins, mergePlaces, mergeTubes, type TwinIds } from './twin-ids.js';

const twins = z.array(
  z.object({
    id: z.string().describe('As it stands in the log'),
    one: z.string().describe('In the form that ids have'),
  }),
);

export const twinIds: z.ZodType<TwinIds> = z.object({
  people: twins,
  places: twins,
  households: twins,
  samples: twins,
  refused: z
    .array(z.object({ kind: z.enum(['person', 'place', 'household', 'sample']), id: z.string(), reason: z.string() }))
    .describe('Those of which nothing new is taken today in any form'),
});

export const settledTwins = z.object({
  outcome: z.enum(['new', 'unchanged']),
  people: z.int().describe('Merged'),
  visits: z.int().describe('That are at the one id of their place from now on'),
  household_members: z.int().describe('Who are in the one id of their household from now on'),
  results: z.int().describe('That are of the one id of their tube from now on'),
});
export type SettledTwins = z.infer<typeof settledTwins>;

const tools = definePart('intake tools', ({ store, sealing, master, zone }) => {
  if (!master) throw new Error('ids were to be made one without the master key');
  return toolsOf({ store, sealing, master, config: { zone } });
});

/** Ids in another form than ids have. */
export function list({ base: { store } }: Context): Promise<TwinIds> {
  return findTwins(store);
}

/** Makes one of them. */
export async function settle({ base: { store }, provenance, of }: Context): Promise<SettledTwins> {
  const found = await findTwins(store);
  let people = 0;
  for (const twin of found.people) {
    await carryOver(of(tools), twin);
    if (await merge(store, twin.id, twin.one, provenance)) people++;
  }
  const { visits, people: members } = await mergePlaces(of(tools), found);
  const results = await mergeTubes(of(tools), found);
  const outcome = people + visits + members + results > 0 ? 'new' : 'unchanged';
  return { outcome, people, visits, household_members: members, results };
}
