import { z } from 'zod';
import { RowRefused, type Complaint } from './refusal.js';

/** A text that has to be there. */
export const text = (most: number) =>
  z.string('is no text').trim().min(1, 'is empty').max(most, `is longer than ${most}`);

export const by = text(200).describe('Who of the team says so');

/**
 * Reads one object of a body or of options.
 * @param fixes what to do, by field.
 * @throws RowRefused that names every field that is missing, wrong or not known.
 */
export function readFields<T>(schema: z.ZodType<T>, fixes: Readonly<Record<string, string>>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new RowRefused(parsed.error.issues.flatMap((issue) => complaintsOf(issue, fixes, given)));
}

function complaintsOf(issue: z.core.$ZodIssue, fixes: Readonly<Record<string, string>>, given: unknown): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((column) => ({ column, reason: 'is not known', fix: `Leave ${column} out.` }));
  }
  const column = String(issue.path[0] ?? '');
  if (column === '') return [{ column, reason: 'the body is no object', fix: 'Send one JSON object.' }];
  const missing = (given as Record<string, unknown>)[column] === undefined;
  return [{ column, reason: missing ? 'is missing' : issue.message, fix: fixes[column] ?? '' }];
}
