import { z } from 'zod';
import { instant, moreLine, paged } from './answers.js';
import { caseOf } from './cases.js';
import { cursorTo, placeOf } from './page.js';
import { question, textOf } from './question.js';

const REASONS = {
  'no-alert': 'no alert was asked for yet',
  waiting: 'waiting to be sent',
  'no-phone': 'no phone',
  'unknown-person': 'not registered',
  refused: 'the number is refused',
  failed: 'cannot be reached',
} as const;
type Reason = keyof typeof REASONS;

const answer = paged(
  z.object({
    case: z.string(),
    person: z.string(),
    degree: z.int(),
    first: instant.describe('First exposure'),
    reason: z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]),
    alert: z.string().nullable(),
    since: instant.nullable().describe('When the alert last changed'),
  }),
).describe('A page may hold fewer than were asked for and still not be the last.');
type Item = z.infer<typeof answer>['items'][number];

const after = z.object({ case: z.string(), person: z.string() });

/** Cases that are looked up at a time, and contacts after which a page ends however few of them were not told. */
const CASES = 200;
const LOOKED_AT = 100_000;

/** Whom no message has reached. */
export const unreached = question<'unreached', z.infer<typeof answer>>({
  name: 'unreached',
  answer,

  async ask({ graph }, { case: caseId, degree, limit, cursor }) {
    const begin = placeOf(cursor, after) ?? { case: '', person: '' };
    const cases =
      caseId === undefined
        ? await graph.liveCaseSizes(begin.case, CASES)
        : [{ caseId: (await caseOf(graph, { case: caseId })).caseId, contacts: 0 }];
    const items: Item[] = [];
    let looked = 0;
    for (const [i, each] of cases.entries()) {
      const from = each.caseId === begin.case ? begin.person : '';
      const wanted = limit - items.length;
      const found = await graph.unreached(each.caseId, { degree, after: from, limit: wanted + 1 });
      for (const { personId, first, alertId, status, reason, changedAt, ...rest } of found.slice(0, wanted)) {
        const shown = { alert: alertId, since: changedAt, reason: reasonOf(status, reason) };
        items.push({ case: each.caseId, person: personId, degree: rest.degree, first: textOf(first), ...shown });
      }
      if (found.length > wanted) return { items, next: cursorTo({ case: each.caseId, person: items.at(-1)?.person }) };
      looked += each.contacts;
      const following = cases[i + 1]?.caseId;
      if (following !== undefined && (items.length === limit || looked > LOOKED_AT)) {
        return { items, next: cursorTo({ case: following, person: '' }) };
      }
    }
    // Beyond the last id that was looked up there may be more.
    const last = cases.length === CASES ? cases.at(-1)?.caseId : undefined;
    return { items, next: last === undefined ? null : cursorTo({ case: `${last}\u0000`, person: '' }) };
  },

  *told({ items, next }) {
    if (items.length === 0) yield next === null ? 'Everyone was told.' : 'None among these.';
    for (const { case: id, person, degree, reason } of items)
      yield `F${degree} ${person} of case ${id}: ${REASONS[reason]}`;
    yield* moreLine(next);
  },
});

function reasonOf(status: string | null, reason: string | null): Reason {
  if (status === null) return 'no-alert';
  if (status !== 'failed') return 'waiting';
  return reason !== null && reason in REASONS ? (reason as Reason) : 'failed';
}
