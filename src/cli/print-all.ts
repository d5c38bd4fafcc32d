import type { z } from 'zod';
import { csvLine } from '../intake/csv-cells.js';

const MOST_A_PAGE = 1_000;

/**
 * Page after page as CSV, with a header of the names of the fields, however many there are.
 * @param answer what each page is made of.
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

/** The names of the fields of what an answer lists. */
function columnsOf(answer: z.ZodType): string[] {
  const { items } = (answer as z.ZodObject<{ items: z.ZodArray<z.ZodObject> }>).shape;
  return Object.keys(items.element.shape);
}

/** A list is one cell, as in `person_ids` of imports. */
function cellOf(value: unknown): string | number | null {
  if (Array.isArray(value)) return value.join('|');
  return typeof value === 'number' || value === null || value === undefined ? (value ?? null) : String(value);
}
