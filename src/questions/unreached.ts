import { z } from 'zod';
import type { UnreachedFacts } from '../graph/question-ports.js';
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
  undelivered: 'the network could not deliver the message',
  uncertain: 'a message may have gone, nobody can say',
  'no-sms': 'a number that takes no SMS: call, or visit',
  'too-late': 'found too late: what is to be said is over',
  'is-a-case': 'is a case of the disease: not told as a contact',
  bound: 'the phone had all the messages of a day; told next morning',
  file: 'the message went to a file only, which reaches nobody',
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
    // Beyond the last id that was looked up there may be more.
    const furthest = cases.length === CASES ? cases.at(-1)?.caseId : undefined;
    return { items, next: furthest === undefined ? null : cursorTo({ case: `${furthest}\u0000`, person: '' }) };
  },

  *told({ items, next }) {
    if (items.length === 0) yield next === null ? 'Everyone was told.' : 'None among these.';
    for (const { case: id, person, degree, reason } of items)
      yield `F${degree} ${person} of case ${id}: ${REASONS[reason]}`;
    yield* moreLine(next);
  },
});

function shown({ caseId, personId, degree, first, alertId, status, reason, changedAt }: UnreachedFacts): Item {
  const told = { reason: reasonOf(status, reason), alert: alertId, since: changedAt };
  return { case: caseId, person: personId, degree, first: textOf(first), ...told };
}

function reasonOf(status: string | null, reason: string | null): Reason {
  if (status === null) return 'no-alert';
  if (status !== 'failed') return 'waiting';
  return reason !== null && reason in REASONS ? (reason as Reason) : 'failed';
}
