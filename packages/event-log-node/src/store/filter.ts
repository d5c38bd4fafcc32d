import { RE2JS, RE2JSException } from 're2js';

/** Selects events of `$all`. */
export interface Filter {
  on: 'type' | 'stream';
  /** @param name the event type or stream name, UTF-8. */
  matches(name: Buffer): boolean;
}

const REMEMBERED = 4_096;

/** @param prefixes a name matches when it begins with any of them. */
export function prefixFilter(on: Filter['on'], prefixes: string[]): Filter {
  const wanted = prefixes.map((prefix) => Buffer.from(prefix));
  return {
    on,
    matches: (name) =>
      wanted.some((prefix) => name.length >= prefix.length && prefix.compare(name, 0, prefix.length) === 0),
  };
}

/**
 * Matches names that contain the expression. The expression comes from the caller, so it runs on RE2, whose time is
 * linear for every expression. Throws InvalidFilterError when RE2 does not understand it.
 */
export function regexFilter(on: Filter['on'], expression: string): Filter {
  const pattern = compile(expression);
  const remembered = new Map<string, boolean>();
  return {
    on,
    matches(name) {
      const key = name.toString('utf8');
      let known = remembered.get(key);
      if (known === undefined) {
        known = pattern.matcher(key).find();
        if (remembered.size >= REMEMBERED) remembered.clear();
        remembered.set(key, known);
      }
      return known;
    },
  };
}

export class InvalidFilterError extends Error {}

function compile(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new InvalidFilterError(`The filter's regular expression is not understood: ${error.message}`);
  }
}
