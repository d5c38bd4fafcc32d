/** An RFC 6901 JSON pointer, such as "" (all of it), "/id" or "/messages/0/id". */
export const POINTER_FORM = /^(\/([^~/]|~[01])*)*$/;

/** The value that a pointer names; undefined when there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The value that a pointer names as text, when it is a text, a number or a boolean; otherwise undefined. */
export function textAt(document: unknown, pointer: string): string | undefined {
  const value = valueAt(document, pointer);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? // The graph could not store half of a surrogate pair.
      String(value).replaceAll(/\p{Cs}/gu, '\uFFFD')
    : undefined;
}
