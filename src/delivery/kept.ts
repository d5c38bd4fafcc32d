import { createHash } from 'node:crypto';
import { halfCharacterIn } from '../kernel/text.js';
import { LONGEST_REFERENCE } from '../kernel/content.js';

/** Characters of a provider's answer that are kept: enough for anybody to see what is wrong. */
const LONGEST_DETAIL = 1_000;

/** A provider's answer as the log keeps it: shortened, since it may be a page of HTML. */
export function keptDetail(detail: string): string {
  if (detail.length <= LONGEST_DETAIL) return detail;
  // Do not cut a character in half.
  const kept = Array.from(detail.slice(0, 2 * LONGEST_DETAIL))
    .slice(0, LONGEST_DETAIL)
    .join('');
  return kept.length < detail.length ? `${kept} …` : kept;
}

/**
 * A provider's reference for a message as the log keeps it: the graph finds it by an index, which limits the length of
 * texts.
 */
export function keptReference(reference: string): string {
  if (reference.length <= LONGEST_REFERENCE && !halfCharacterIn(reference)) return reference;
  return `sha256:${createHash('sha256').update(JSON.stringify(reference)).digest('hex')}`;
}
