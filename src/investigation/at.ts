import { NotKnown } from '../kernel/errors.js';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import { RowRefused } from '../requests/refusal.js';
import { staySchema } from './answer-schemas.js';
import { paged } from '../requests/paged.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf } from './times.js';

const after = z.object({ since: z.number(), personId: z.string(), visit: z.number() });

export const answer = paged(staySchema).extend({ place: z.string() });
export type AtAnswer = z.infer<typeof answer>;

/** Lists everybody who was at a place in a window of time, in the order of their arrival. */
export async function ask(
  { graph }: QuestionContext,
  { place, from, until, limit, cursor }: Asked<'at'>,
): Promise<AtAnswer> {
  if (until <= from) {
    throw new RowRefused([{ column: 'until', reason: 'is not after from', fix: 'Give a later end of the window.' }]);
  }
  const rows = await graph.present(place, { from, until }, { after: placeOf(cursor, after), limit: limit + 1 });
  if (rows.length === 0 && !(await graph.knowsPlace(place))) {
    throw new NotKnown(
      `The place ${place} is not known.`,
      'Places become known through check-ins and `import places`.',
    );
  }
  const { items, next } = pageOf(rows, limit, ({ since, personId, visit }) => ({ since, personId, visit }));
  return {
    place,
    items: items.map((each) => ({
      person: each.personId,
      from: textOf(each.from),
      to: textOf(each.to),
      imputed: each.open,
    })),
    next,
  };
}
