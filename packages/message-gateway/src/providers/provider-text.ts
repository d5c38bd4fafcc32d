import type { Message } from '../provider.js';

const LONGEST = 200;

/**
 * Makes a text from a provider fit for an error, a log line or an event: short, on one line, and without the
 * message's text or digits that may be a phone number.
 */
export function providerText(text: string | undefined, message: Pick<Message, 'text'>): string {
  if (text === undefined || text === '') return '';
  return (
    text
      .replaceAll(message.text, '…')
      .replaceAll(/\+?\d[\d\s.-]{6,}\d/g, '…')
      .replaceAll(/\s+/g, ' ')
      .slice(0, LONGEST)
      // Replaces half characters, which the cut may leave or the provider may have sent.
      .replaceAll(/\p{C}/gu, '…')
  );
}
