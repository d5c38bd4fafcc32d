import type { Field } from '../kernel/fields.js';

const NUMBERS = { minutes: /^\d+$/, count: /^-?\d+(?:\.\d+)?$/, days: /^-?\d+(?:\.\d+)?$/ };

/**
 * Converts text from the command line or a URL into the value of a field. A text that cannot be converted is returned
 * unchanged, and refused where it is read.
 */
export function fromText({ kind }: Pick<Field, 'kind'>, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  if (kind !== 'minutes' && kind !== 'count' && kind !== 'days') return text;
  return NUMBERS[kind].test(text.trim()) ? Number(text) : text;
}
