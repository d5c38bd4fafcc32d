import type { z } from 'zod';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { QUESTIONS } from './all.js';
import type { QuestionName } from './asked.js';
import { csvLine } from '../intake/csv-cells.js';
import { forPeople } from '../cli/for-people.js';
import { withFullIds } from './full-ids.js';
import { readParameters } from './parameters.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { groundOf } from './ground.js';
import { asOptions } from '../cli/options.js';
import { reachesPeople, sayWhereNobodyGetsThem } from '../delivery/reaches-people.js';
import { openRuntime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

const MOST_A_PAGE = 1_000;

interface Listed {
  items: Record<string, unknown>[];
  next: string | null;
}

/**
 * Asks one question for the command line and prints the answer.
 * @param options as typed; those with an underscore in their name come with a capital instead. With `csv` the whole list
 * is printed, not a page of it.
 */
export async function ask(name: QuestionName, options: Record<string, unknown>): Promise<void> {
  const { json, csv, ...typed } = options;
  const config = readConfig();
  const read = (parameters: Record<string, unknown>) => readParameters(name, parameters, config.zone);
  const given = await asOptions(() => read(parametersFrom(typed)));
  const runtime = await openRuntime(config, createLogger(config, name), ['neo4j']);
  const graph = openForPeople(runtime);
  try {
    await requireSameLog(runtime, graph.driver);
    const question = QUESTIONS[name];
    const ground = groundOf(graph.driver, runtime.store, config);
    const asked = await asOptions(() => withFullIds(ground.graph, name, given));
    const answerTo = (parameters: typeof given) => asOptions(() => question.ask(ground, parameters));
    if (csv) {
      const pageFrom = (cursor: string | undefined) =>
        answerTo({ ...asked, ...read({ ...parametersFrom(typed), limit: MOST_A_PAGE, cursor }) }) as Promise<Listed>;
      await printAll(columnsOf(question.answer), pageFrom, typed.cursor as string | undefined);
      return;
    }
    const answer = await answerTo(asked);
    const told = async () => question.told(await forPeople(answer, ground.graph, config.zone), reachesPeople(config));
    if (json) console.log(JSON.stringify(answer));
    else for (const line of await told()) console.log(line);
    if (name === 'unreached') sayWhereNobodyGetsThem(config, { data: json === true });
  } finally {
    await graph.close();
    await runtime.close();
  }
}

/** Page after page as CSV, with a header of the names of the fields, however many there are. */
async function printAll(
  columns: readonly string[],
  pageFrom: (cursor: string | undefined) => Promise<Listed>,
  begin?: string,
): Promise<void> {
  console.log(csvLine(columns));
  let cursor = begin;
  do {
    const { items, next } = await pageFrom(cursor);
    for (const item of items) console.log(csvLine(columns.map((column) => cellOf(item[column]))));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
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

function parametersFrom(options: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(options).map(([key, value]) => [
    key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named) as Record<string, unknown>;
}
