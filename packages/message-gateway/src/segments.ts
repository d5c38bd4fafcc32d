/**
 * How a text is sent as SMS. The alphabets are those of 3GPP TS 23.038 (6.2.1: the GSM 7 bit default alphabet and its
 * extension table, without national tables). A text is cut as in 3GPP TS 23.040 (9.2.3.24.1: a user data header for
 * concatenation with an 8-bit reference takes 6 of 140 octets).
 */
export interface Segments {
  /** `gsm7` when every character is in the default alphabet or its extension table, else `ucs2`. */
  encoding: 'gsm7' | 'ucs2';
  /** Length of the whole text: septets in gsm7 (an extension character takes two), UTF-16 units in ucs2. */
  units: number;
  /** SMS that are sent and paid for; an empty text is one. */
  segments: number;
  /** Units that one segment holds: 160 alone or 153 joined in gsm7, 70 or 67 in ucs2. */
  perSegment: number;
  /** Free units in the last segment. */
  left: number;
}

/** The 127 characters of one septet. The escape to the extension table, 0x1B, is not one of them. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Characters that are sent as an escape and a second septet. */
const EXTENSION = new Set('\f^{}\\[~]|€');

const LIMITS = { gsm7: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } } as const;

/** How many SMS a text takes, and in which alphabet. */
export function segmentsOf(text: string): Segments {
  const { encoding, parts } = cut(text);
  const { alone, joined } = LIMITS[encoding];
  const perSegment = parts.length === 1 ? alone : joined;
  const units = parts.reduce((sum, part) => sum + part.units, 0);
  return { encoding, units, segments: parts.length, perSegment, left: perSegment - (parts.at(-1)?.units ?? 0) };
}

/** Cuts a text into pieces of one SMS each, which give the text again when joined. An empty text is one empty piece. */
export function splitText(text: string): { encoding: Segments['encoding']; parts: string[] } {
  const { encoding, parts } = cut(text);
  return { encoding, parts: parts.map((part) => part.text) };
}

function cut(text: string): { encoding: Segments['encoding']; parts: { text: string; units: number }[] } {
  // By code point, so that a surrogate pair stays whole: half of one would show as a box on both sides of the cut.
  const characters = Array.from(text);
  const encoding = characters.every((each) => BASIC.has(each) || EXTENSION.has(each)) ? 'gsm7' : 'ucs2';
  const width = (each: string) => (encoding === 'ucs2' ? each.length : EXTENSION.has(each) ? 2 : 1);
  const { alone, joined } = LIMITS[encoding];
  const units = characters.reduce((sum, each) => sum + width(each), 0);
  if (units <= alone) return { encoding, parts: [{ text, units }] };
  const parts: { text: string; units: number }[] = [];
  let part = { text: '', units: 0 };
  for (const each of characters) {
    const size = width(each);
    if (part.units + size > joined) {
      parts.push(part);
      part = { text: '', units: 0 };
    }
    part = { text: part.text + each, units: part.units + size };
  }
  return { encoding, parts: [...parts, part] };
}
