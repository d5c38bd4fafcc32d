import type { z } from 'zod';
import type { Paged } from './paged.js';
import { RowRefused } from './refusal.js';

/** Names a place between two items, in a form that nobody should read anything into. */
export function cursorTo(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws RowRefused when the cursor belongs to another question. */
export function placeOf<T>(cursor: unknown, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new RowRefused([{ column: 'cursor', reason: 'is of another question', fix: 'Leave it out to begin anew.' }]);
}

/** Of one more than was wanted, which says that there is a next page. */
export function pageOf<T>(found: readonly T[], limit: number, placeAfter: (last: T) => unknown): Paged<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? cursorTo(placeAfter(last)) : null };
}
