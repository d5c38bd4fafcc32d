import { z } from 'zod';
import { changed } from '../requests/change-outcome.js';
import type { Context } from '../requests/context.js';
import { outcomeOf } from '../requests/outcome.js';
import { acceptSetAside } from './accepting.js';
import { operationTools } from './open.js';

export const acceptedAnswer = changed.extend({
  accepted: z.int().describe('The number of events that are newly accepted.'),
});
export type Accepting = z.infer<typeof acceptedAnswer>;

/** Accepts that events which are set aside now stay left out. */
export async function accept(
  context: Context,
  given: { events: readonly string[]; by: string; reason: string },
): Promise<Accepting> {
  const { store, setAside } = context.of(operationTools);
  const accepted = await acceptSetAside(store, await setAside(), given, context.provenance);
  return { ...outcomeOf(accepted > 0), accepted };
}
