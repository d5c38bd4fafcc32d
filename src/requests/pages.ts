import type { z } from 'zod';
import type { Paged } from './paged.js';
import { RowRefused } from './refusal.js';

/** Encodes a place between two items as an opaque cursor. */
export function cursorTo(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place of a decoded cursor; undefined without one. @throws RowRefused when it belongs to another question. */
export function placeOf<T>(cursor: unknown, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new RowRefused([
    { column: 'cursor', reason: 'belongs to another question', fix: 'Leave it out to start anew.' },
  ]);
}

/** The page of `limit` items; one more in `found` shows that there is a next page. */
export function pageOf<T>(found: readonly T[], limit: number, placeAfter: (last: T) => unknown): Paged<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? cursorTo(placeAfter(last)) : null };
}

/** The longest page that any question gives. */
export const MOST_A_PAGE = 1_000;

/** All pages of an answer as one. @param pageFrom gives the page at a cursor, the first without one. */
export async function allPages<Answer extends Paged<unknown>>(
  pageFrom: (page: { limit: number; cursor?: string }) => Promise<Answer>,
): Promise<Answer> {
  const first = await pageFrom({ limit: MOST_A_PAGE });
  const items = [...first.items];
  for (let { next } = first; next !== null;) {
    const page = await pageFrom({ limit: MOST_A_PAGE, cursor: next });
    items.push(...page.items);
    ({ next } = page);
  }
  return { ...first, items, next: null };
}
