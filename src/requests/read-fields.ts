import { z } from 'zod';
import { personalNumberIn } from '../kernel/personal-numbers.js';
import { cleanText, unseenInText } from '../kernel/text.js';
import { guess, RowRefused, type Complaint } from './refusal.js';

/**
 * A required text from the team: one line of visible characters, since it is printed for others. Line breaks become
 * spaces; meaningless joiners and spaces are removed.
 */
export const text = (most: number) =>
  z.string('is not a text').trim().min(1, 'is empty').max(most, tooLong(most)).transform(inOneLine);

/** Like `text`, but may be empty. */
export const anyText = (most: number) => z.string('is not a text').trim().max(most, tooLong(most)).transform(inOneLine);

/** Like `text`, for texts that are kept in clear for ever: they may not hold a personal number. */
export const clearText = (most: number) => text(most).transform(withoutPersonalNumber);
export const anyClearText = (most: number) => anyText(most).transform(withoutPersonalNumber);

const tooLong = (most: number) => `is longer than ${most} characters`;

function inOneLine(value: string, ctx: z.RefinementCtx): string {
  const shown = cleanText(value.replaceAll(/[\r\n\t]+/g, ' '));
  const unseen = unseenInText(shown);
  if (unseen === undefined && (shown !== '' || value === '')) return shown;
  const message = unseen === undefined ? 'is empty' : `has a character that is not text (${unseen})`;
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function withoutPersonalNumber(value: string, ctx: z.RefinementCtx): string {
  const found = personalNumberIn(value);
  if (found === undefined) return value;
  ctx.addIssue({ code: 'custom', message: `has what looks like ${found}, but is kept in clear for ever` });
  return z.NEVER;
}

export const by = clearText(200).describe('The name of the team member who reports this');

/**
 * Validates an object from a body or from options.
 * @param fixes what to do about a wrong field, by field.
 * @throws RowRefused that names every field that is missing, wrong or unknown.
 */
export function readFields<T>(schema: z.ZodType<T>, fixes: Readonly<Record<string, string>>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new RowRefused(parsed.error.issues.flatMap((issue) => complaintsOf(issue, fixes, given)));
}

function complaintsOf(issue: z.core.$ZodIssue, fixes: Readonly<Record<string, string>>, given: unknown): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((column) => {
      const meant = guess(column, Object.keys(fixes));
      return { column, reason: 'is not known', fix: meant ? `Did you mean ${meant}?` : `Leave ${column} out.` };
    });
  }
  const column = String(issue.path[0] ?? '');
  if (column === '') return [{ column, reason: 'the body is not an object', fix: 'Send one JSON object.' }];
  const missing = !Object.hasOwn(given as object, column) || (given as Record<string, unknown>)[column] === undefined;
  return [{ column, reason: missing ? 'is missing' : issue.message, fix: fixes[column] ?? '' }];
}
