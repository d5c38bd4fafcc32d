import { createHash } from 'node:crypto';
import { halfCharacterIn } from '../kernel/text.js';
import { LONGEST_REFERENCE } from '../kernel/content.js';

/** Characters of what a provider says that are kept: enough for anybody to see what is the matter. */
const LONGEST_DETAIL = 1_000;

/** What a provider says as the log keeps it: an answer may be a page of HTML. */
export function keptDetail(detail: string): string {
  if (detail.length <= LONGEST_DETAIL) return detail;
  // No character is cut in half.
  const kept = Array.from(detail.slice(0, 2 * LONGEST_DETAIL))
    .slice(0, LONGEST_DETAIL)
    .join('');
  return kept.length < detail.length ? `${kept} …` : kept;
}

/** A provider's name for a message as the log keeps it: the graph finds it by an index, which takes no text of any length. */
export function keptReference(reference: string): string {
  if (reference.length <= LONGEST_REFERENCE && !halfCharacterIn(reference)) return reference;
  return `sha256:${createHash('sha256').update(JSON.stringify(reference)).digest('hex')}`;
}
