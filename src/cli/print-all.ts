import type { z } from 'zod';
import { csvLine } from '../intake/csv-cells.js';
import { MOST_A_PAGE } from '../requests/pages.js';

/**
 * Prints all pages of an answer as CSV, with the names of the fields as its header.
 * @param answer the schema of a page.
 */
export async function printAll(
  answer: z.ZodType,
  pageFrom: (page: object) => Promise<unknown>,
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  const columns = columnsOf(answer);
  console.log(csvLine(columns));
  let cursor = given['cursor'];
  do {
    const { items, next } = (await pageFrom({ limit: MOST_A_PAGE, cursor })) as Listed;
    for (const item of items) console.log(csvLine(columns.map((column) => cellOf(item[column]))));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

interface Listed {
  items: Record<string, unknown>[];
  next: string | null;
}

/** The names of the fields of the listed items. */
function columnsOf(answer: z.ZodType): string[] {
  const { items } = (answer as z.ZodObject<{ items: z.ZodArray<z.ZodObject> }>).shape;
  return Object.keys(items.element.shape);
}

/** A list becomes one cell, in the same form as `person_ids` of imports. */
function cellOf(value: unknown): string | number | null {
  if (Array.isArray(value)) return value.join('|');
  return typeof value === 'number' || value === null || value === undefined ? (value ?? null) : String(value);
}
