import { hash } from 'node:crypto';

/** The project's own namespace for name-based UUIDs. */
const NAMESPACE = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');
/** In bytes. Longer names, such as those of large events, get a buffer of their own. */
const USUAL = 4_096;
/** Begins with the namespace; each name is written after it. A text has at most three bytes a character. */
const scratch = Buffer.concat([NAMESPACE, Buffer.alloc(3 * USUAL)]);
/** The variant of RFC 9562 by the highest two bits of a hexadecimal digit: 10 and the two bits below. */
const VARIANT: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789abcdef'].map((digit, value) => [digit, '89ab'[value & 3] as string]),
);

/**
 * A UUID of version 5 (RFC 9562) from a list of texts. The same list always gives the same id, so a repeated command
 * can be recognised.
 */
export function idOf(...parts: string[]): string {
  // Each visit has two ids. A general library makes a hash object, a buffer and an array of bytes for each of them,
  // which takes three times as long.
  const name = JSON.stringify(parts);
  const bytes =
    name.length > USUAL
      ? Buffer.concat([NAMESPACE, Buffer.from(name)])
      : scratch.subarray(0, NAMESPACE.length + scratch.write(name, NAMESPACE.length));
  const digits = hash('sha1', bytes, 'hex');
  return (
    `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-` +
    `${VARIANT[digits.charAt(16)]}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
  );
}
