/** How deep lists and objects may nest in a row or a body; valid ones have at most a list in an object. */
export const DEEPEST = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

/**
 * Whether JSON nests deeper than any valid input. Checked before it is parsed, because code that walks such a deep
 * value would run out of stack.
 */
export function isTooDeep(json: string | Uint8Array, deepest = DEEPEST): boolean {
  let depth = 0;
  let quoted = false;
  const at = typeof json === 'string' ? (i: number) => json.charCodeAt(i) : (i: number) => json[i] as number;
  for (let i = 0; i < json.length; i++) {
    const code = at(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (OPENS.has(code)) {
      if (++depth > deepest) return true;
    } else if (CLOSES.has(code)) depth--;
  }
  return false;
}
