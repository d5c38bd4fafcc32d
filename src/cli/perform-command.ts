import type { Fields } from '../kernel/fields.js';
import type { Context } from '../requests/context.js';
import type { Request } from '../requests/define.js';
import { allPages } from '../requests/pages.js';
import type { Paged } from '../requests/paged.js';
import { perform, type Performed } from '../requests/perform.js';

/** Performs a request as a command does: it may answer all pages at once. @throws as `perform` does */
export async function performCommand<F extends Fields, Answer>(
  request: Request<F, Answer>,
  context: Context,
  given: object,
): Promise<Performed<F, Answer>> {
  const whole = request.cli?.whole;
  if (!whole) return perform(request, context, given);
  let performed: Performed<F, Answer> | undefined;
  const answer = await allPages(async (page) => {
    performed = await perform(request, context, { ...given, ...whole, ...page });
    return performed.answer as Answer & Paged<unknown>;
  });
  return { given: (performed as Performed<F, Answer>).given, answer };
}
