import { z } from 'zod';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import type { UnreachedFacts } from './question-ports.js';
import { instant, paged } from '../requests/paged.js';
import { caseOf } from './cases.js';
import { cursorTo, placeOf } from '../requests/pages.js';
import { textOf } from './times.js';
import { UNREACHED_REASONS, unreachedReasonOf, type UnreachedReason } from './unreached-reasons.js';

export const answer = paged(
  z.object({
    case: z.string(),
    person: z.string(),
    degree: z.int(),
    first: instant.describe('First exposure'),
    reason: z.enum(UNREACHED_REASONS),
    alert: z.string().nullable(),
    since: instant.nullable().describe('When the alert last changed'),
  }),
).describe('A page may have fewer items than requested without being the last.');
export type UnreachedAnswer = z.infer<typeof answer>;
type Item = z.infer<typeof answer>['items'][number];

const after = z.object({ case: z.string(), person: z.string() });

/** Cases looked up at a time, and number of contacts after which a page ends, however few of them were not notified. */
const CASES = 200;
const LOOKED_AT = 100_000;

/** Lists contacts whom no message has reached. */
export async function ask(
  { graph }: QuestionContext,
  { case: caseId, degree, limit, cursor }: Asked<'unreached'>,
): Promise<UnreachedAnswer> {
  const begin = placeOf(cursor, after) ?? { case: '', person: '' };
  const cases =
    caseId === undefined
      ? await graph.liveCaseSizes(begin.case, CASES)
      : [{ caseId: (await caseOf(graph, { case: caseId })).caseId, contacts: 0 }];
  let looked = 0;
  const enough = cases.findIndex(({ contacts }) => (looked += contacts) > LOOKED_AT);
  const batch = enough === -1 ? cases : cases.slice(0, enough + 1);
  const found = await graph.unreached(
    batch.map((each) => each.caseId),
    { degree, after: { caseId: begin.case, personId: begin.person }, limit: limit + 1 },
  );
  const items = found.slice(0, limit).map(shown);
  const last = items.at(-1);
  if (found.length > limit && last) return { items, next: cursorTo({ case: last.case, person: last.person }) };
  const following = cases[batch.length]?.caseId;
  if (following !== undefined) return { items, next: cursorTo({ case: following, person: '' }) };
  // There may be more cases after the last one that was looked up.
  const furthest = cases.length === CASES ? cases.at(-1)?.caseId : undefined;
  return { items, next: furthest === undefined ? null : cursorTo({ case: `${furthest}\u0000`, person: '' }) };
}

function shown({ caseId, personId, degree, first, alertId, status, reason, changedAt }: UnreachedFacts): Item {
  const told = { reason: reasonOf(status, reason), alert: alertId, since: changedAt };
  return { case: caseId, person: personId, degree, first: textOf(first), ...told };
}

function reasonOf(status: string | null, reason: string | null): UnreachedReason {
  if (status === null) return 'no-alert';
  if (status !== 'failed') return 'waiting';
  return unreachedReasonOf(reason);
}
