import { v5 } from 'uuid';

/** The project's own namespace for name-based UUIDs. */
const NAMESPACE = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');

/**
 * A UUID of version 5 (RFC 9562) from a list of texts. The same list always gives the same id, so a repeated command
 * can be recognised.
 */
export function idOf(...parts: string[]): string {
  // As bytes: the library converts a text letter by letter, which takes twice as long.
  return v5(Buffer.from(JSON.stringify(parts)), NAMESPACE);
}
