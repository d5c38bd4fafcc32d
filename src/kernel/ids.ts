import { hash } from 'node:crypto';

/** The project's own namespace for name-based UUIDs. */
const NAMESPACE = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');
/** In bytes. Longer names, such as those of large events, get a buffer of their own. */
const USUAL = 4_096;
/** Begins with the namespace; each name is written after it. A text has at most three bytes a character. */
const scratch = Buffer.concat([NAMESPACE, Buffer.alloc(3 * USUAL)]);
/** The 36 characters of an id, which are written anew for each. */
const characters = Buffer.from('00000000-0000-0000-0000-000000000000');
/** Where each byte of the id is written: two characters, with a dash after the fourth, sixth, eighth and tenth byte. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS = Buffer.from('0123456789abcdef');

/**
 * A UUID of version 5 (RFC 9562) from a list of texts. The same list always gives the same id, so a repeated command
 * can be recognised.
 */
export function idOf(...parts: string[]): string {
  // Each visit has two ids. A general library makes a hash object, buffers and an array of bytes for each of them, which
  // takes three times as long.
  const name = JSON.stringify(parts);
  const bytes =
    name.length > USUAL
      ? Buffer.concat([NAMESPACE, Buffer.from(name)])
      : scratch.subarray(0, NAMESPACE.length + scratch.write(name, NAMESPACE.length));
  // One character a byte.
  const digest = hash('sha1', bytes, 'binary');
  PLACES.forEach((place, i) => {
    let byte = digest.charCodeAt(i);
    if (i === 6) byte = (byte & 0x0f) | 0x50;
    else if (i === 8) byte = (byte & 0x3f) | 0x80;
    characters[place] = DIGITS[byte >> 4] as number;
    characters[place + 1] = DIGITS[byte & 0x0f] as number;
  });
  return characters.toString('latin1');
}
