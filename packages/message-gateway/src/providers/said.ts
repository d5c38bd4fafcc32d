import type { Message } from '../provider.js';

const LONGEST = 200;

/**
 * Somebody else's words as they may stand in an error, a log line or an event: short, on one line, and without what
 * the message says or numbers that could be phones.
 */
export function said(words: string | undefined, message: Pick<Message, 'text'>): string {
  if (words === undefined || words === '') return '';
  return (
    words
      .replaceAll(message.text, '…')
      .replaceAll(/\+?\d[\d\s.-]{6,}\d/g, '…')
      .replaceAll(/\s+/g, ' ')
      .slice(0, LONGEST)
      // Cut in the middle of a character, or given so: half of one is not text.
      .replaceAll(/\p{C}/gu, '…')
  );
}
