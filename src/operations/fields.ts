import { z } from 'zod';
import { anyClearText, by, clearText, readFields, text } from '../requests/read-fields.js';

export const REPLAYED_REASONS = ['refused', 'undelivered', 'uncertain', 'file'] as const;

const LONGEST = 2_000;

const reason = clearText(LONGEST).describe('Why; kept in the log for ever, so without names of contacts');
const provider = text(50).nullish().describe('The provider, as its name stands in providers.json; left out: all');

export const pausing = z.strictObject({ provider, by, reason });

export const replaying = z.strictObject({
  case_id: text(200).nullish().describe('Alerts of this case only'),
  failed_as: z
    .array(z.enum(REPLAYED_REASONS, `is none of ${REPLAYED_REASONS.join(', ')}`))
    .nullish()
    .describe('Those that failed for these reasons only; left out: refused, undelivered and file'),
  provider: text(50).nullish().describe('Those that failed through this provider only'),
  uncertain: z
    .boolean('is neither true nor false')
    .nullish()
    .describe('Also those of which nobody knows whether a message went: somebody may get it twice'),
  by,
  reason,
});

/** That the clock is right. */
export const confirming = z.strictObject({ by, reason });

/** That events which are set aside stay out. */
export const accepting = z.strictObject({
  events: z
    .array(text(100), 'is no list of positions or ids')
    .min(1, 'names no event')
    .max(1_000, 'names more than 1000 events')
    .describe('Events that are set aside, each by its position in the log or its id'),
  by,
  reason,
});

export const decision = z.strictObject({
  by,
  note: anyClearText(LONGEST).nullish().describe('Why; kept in the log for ever, so without names of contacts'),
});

const FIXES: Record<string, string> = {
  by: 'Say by name who of the team it is, in 1 to 200 characters.',
  reason: `Say why, in one line of at most ${LONGEST} characters, without phone or citizen numbers.`,
  note: `Give one line of at most ${LONGEST} characters, without phone or citizen numbers, or leave it out.`,
  provider: 'Give the name of a provider, or leave it out.',
  case_id: 'Give the id of a case, or leave it out.',
  events: 'Give a list of positions, such as ["1234"], as `npx truyvet projections status` shows them.',
  failed_as: `Give a list of any of ${REPLAYED_REASONS.join(', ')}, or leave it out.`,
  uncertain: 'Give true or false, or leave it out.',
};

/** @throws RowRefused that names every field that is missing, wrong or not known. */
export function readOrder<T>(schema: z.ZodType<T>, given: unknown): T {
  return readFields(schema, FIXES, given);
}
