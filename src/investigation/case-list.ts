import { DateTime } from 'luxon';
import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import type { CaseListFacts } from './question-ports.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { instant, paged } from '../requests/paged.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { textOf } from './times.js';
import { ALL_TRACED } from './trace-status.js';

const item = caseSchema.extend({
  since: instant.describe('The anchor, or the sampling until the anchor is known; the list is ordered by it'),
  opened: instant.describe('When this installation first recorded the case'),
  f1: z.int().nullable().describe('Contacts of degree 1 by the latest trace; null while there is none'),
  f2: z.int().nullable().describe('Contacts of degree 2'),
  farther: z.int().nullable().describe('Contacts of higher degrees, if the rules go that far'),
  trace: z.enum(ALL_TRACED).describe('again: it was traced, but something has changed since'),
});
type Item = z.infer<typeof item>;

export const answer = paged(item);
export type CasesAnswer = z.infer<typeof answer>;

/** Position of the last case of a page. */
const place = z.object({ since: z.number(), id: z.string() });

/** Lists all known cases, the latest illness first. */
export async function ask(
  { graph, zone }: QuestionContext,
  { open, disease, since, opened_since: openedSince, limit, cursor }: Asked<'cases'>,
): Promise<CasesAnswer> {
  const found = await graph.cases({
    ...{ disease, status: open ? ('live' as const) : undefined },
    ...{ from: beginningOf(since, zone), openedFrom: beginningOf(openedSince, zone) },
    after: placeOf(cursor, place),
    limit: limit + 1,
  });
  const { items, next } = pageOf(found, limit, ({ since: at, caseId }) => ({ since: at, id: caseId }));
  return { items: items.map(shown), next };
}

function shown(facts: CaseListFacts): Item {
  const { since, openedAt, counts, due } = facts;
  const sum = (from: number) => (counts === null ? null : counts.slice(from).reduce((all, each) => all + each, 0));
  return {
    ...showCase(facts),
    ...{ since: textOf(since), opened: textOf(openedAt) },
    ...{
      f1: counts === null ? null : (counts[0] ?? 0),
      f2: counts === null ? null : (counts[1] ?? 0),
      farther: sum(2),
    },
    trace: due ? (counts === null ? 'waiting' : 'again') : 'traced',
  };
}

function beginningOf(day: string | undefined, zone: string): number {
  return day === undefined ? 0 : Math.floor(DateTime.fromISO(day, { zone }).startOf('day').toSeconds());
}
