import type { Field } from '../kernel/fields.js';

const NUMBERS = { minutes: /^\d+$/, count: /^-?\d+(?:\.\d+)?$/, days: /^-?\d+(?:\.\d+)?$/ };

/**
 * The value that a field takes, of what was typed or stands in an address; what is none of it stays as it is, and is
 * refused where it is read.
 */
export function fromText({ kind }: Pick<Field, 'kind'>, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  if (kind !== 'minutes' && kind !== 'count' && kind !== 'days') return text;
  return NUMBERS[kind].test(text.trim()) ? Number(text) : text;
}
