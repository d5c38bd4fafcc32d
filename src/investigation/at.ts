import { NotKnown } from '../kernel/errors.js';
import { z } from 'zod';
import { RowRefused } from '../requests/refusal.js';
import { moreLine, paged, shownStay } from './answers.js';
import { pageOf, placeOf } from './page.js';
import { question, textOf } from './question.js';

const after = z.object({ since: z.number(), personId: z.string(), visit: z.number() });

const answer = paged(shownStay).extend({ place: z.string() });

/** Everyone at a place in a window, in the order in which they came. */
export const at = question<'at', z.infer<typeof answer>>({
  name: 'at',
  answer,

  async ask({ graph }, { place, from, until, limit, cursor }) {
    if (until <= from) {
      throw new RowRefused([{ column: 'until', reason: 'is not after from', fix: 'Give the end of the window.' }]);
    }
    const rows = await graph.present(place, { from, until }, { after: placeOf(cursor, after), limit: limit + 1 });
    if (rows.length === 0 && !(await graph.knowsPlace(place))) {
      throw new NotKnown(
        `Nothing is known of a place ${place}.`,
        'Places are known from check-ins and from `import places`.',
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
  },

  *told({ place, items, next }) {
    yield items.length === 0 ? `Nobody was at ${place} then.` : `At ${place}:`;
    for (const { person, from, to, imputed } of items) {
      yield `  ${person}: from ${from} until ${to}${imputed ? ' (imputed: no check-out is known)' : ''}`;
    }
    yield* moreLine(next);
  },
});
