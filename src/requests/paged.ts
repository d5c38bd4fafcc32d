import { z } from 'zod';

export interface Paged<T> {
  items: T[];
  /** Where the next page begins; null when this is the last. */
  next: string | null;
}

/** An answer that comes in pages. */
export const paged = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the next page; null on the last page'),
  });

/** An instant in an answer: text, UTC. */
export const instant = z.string().describe('UTC, such as 2021-08-01T09:30:00Z');
