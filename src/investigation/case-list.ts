import { DateTime } from 'luxon';
import { z } from 'zod';
import type { CaseListFacts } from './question-ports.js';
import { instant, moreLine, paged, showCase, shownCase } from './answers.js';
import { pageOf, placeOf } from './page.js';
import { question, textOf } from './question.js';
import { table } from '../cli/table.js';

const TRACED = {
  traced: 'traced',
  waiting: 'waiting to be traced',
  again: 'waiting to be traced again',
} as const;

const item = shownCase.extend({
  since: instant.describe('The anchor, or the sampling until that is known: by it the list is ordered'),
  opened: instant.describe('When this installation first learnt that it is a case'),
  f1: z.int().nullable().describe('Contacts of degree 1 by the latest trace; null while there is none'),
  f2: z.int().nullable().describe('and of degree 2'),
  farther: z.int().nullable().describe('and of higher degrees, where the rules go that far'),
  trace: z
    .enum(Object.keys(TRACED) as [keyof typeof TRACED, ...(keyof typeof TRACED)[]])
    .describe('again: it was traced, and something has changed since'),
});
type Item = z.infer<typeof item>;

const answer = paged(item);

/** Where a page ended. */
const place = z.object({ since: z.number(), id: z.string() });

/** All cases that are known, those that fell ill last first. */
export const caseList = question<'cases', z.infer<typeof answer>>({
  name: 'cases',
  answer,

  async ask({ graph, zone }, { open, disease, since, opened_since: openedSince, limit, cursor }) {
    const found = await graph.cases({
      ...{ disease, status: open ? ('live' as const) : undefined },
      ...{ from: beginningOf(since, zone), openedFrom: beginningOf(openedSince, zone) },
      after: placeOf(cursor, place),
      limit: limit + 1,
    });
    const { items, next } = pageOf(found, limit, ({ since: at, caseId }) => ({ since: at, id: caseId }));
    return { items: items.map(shown), next };
  },

  *told({ items, next }) {
    if (items.length === 0) yield next === null ? 'There are no such cases.' : 'None among these.';
    else {
      yield* table([
        ['CASE', 'PERSON', 'DISEASE', 'ILL SINCE', 'STATE', 'F1', 'F2', 'CONTACTS'],
        ...items.map(({ id, person, disease, since, status, f1, f2, trace }) => [
          ...[id, person, disease, since, status === 'live' ? 'open' : 'retracted'],
          ...[String(f1 ?? '-'), String(f2 ?? '-'), TRACED[trace]],
        ]),
      ]);
    }
    yield* moreLine(next);
  },
});

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
