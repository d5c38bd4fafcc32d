/**
 * Which characters a stored text may contain. Two ids that look the same must be the same, and a printed text must be
 * what it looks like. Unicode's classes say which characters are invisible (UAX #44); NFC (UAX #15) gives characters
 * with several encodings one form.
 */

/** Control, format, surrogate, private-use and unassigned characters, separators except the space, and blank glyphs. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]/u;
const UNSEEN_OR_OTHER_SPACE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]|(?! )\p{Zs}/u;
/** Visible characters of the class Format: signs above numbers in Arabic, Syriac and Kaithi. */
const DRAWN = /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/gu;

const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** Whether a text contains half of a character, which would be written as a replacement mark. */
export function halfCharacterIn(text: string): boolean {
  return HALF_A_CHARACTER.test(text);
}

const OTHER_SPACES = /\p{Zs}/gu;
/** Invisible characters without a meaning of their own. Joiners are checked separately. */
const MEANINGLESS =
  /(?![\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}\u200C\u200D])[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/**
 * A joiner has a meaning in scripts that need it (UAX #31, 2.3), such as Persian or Sinhala, and between the parts of
 * one emoji. Anywhere else it only makes equal texts differ.
 */
const JOINERS = /[\u200C\u200D]/g;
const JOINED_LETTER =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Thaa}\p{scx=Nkoo}]$/u;
const PART_OF_EMOJI = /\p{Extended_Pictographic}\p{Emoji_Modifier}?$/u;

/** The canonical form of an id; ids with the same form are the same. Intake refuses ids with invisible characters. */
export function canonicalId(id: string): string {
  return id.normalize('NFC');
}

/** The form that an id of an older log would have today: without the characters that are refused now. */
export function oneForm(id: string): string {
  return id.replace(OTHER_SPACES, ' ').replace(MEANINGLESS, '').replace(JOINERS, '').normalize('NFC').trim();
}

/**
 * The first character of an id that is invisible or looks like a space, such as U+200B; undefined when there is none.
 */
export function unseenInId(id: string): string | undefined {
  return pointOf(UNSEEN_OR_OTHER_SPACE.exec(id.replace(DRAWN, ''))?.[0]);
}

/**
 * The first invisible character of a text that `cleanText` has cleaned, such as U+200B; undefined when there is none.
 */
export function unseenInText(text: string): string | undefined {
  return pointOf(UNSEEN.exec(text.replace(DRAWN, '').replace(JOINERS, ''))?.[0]);
}

/** The canonical form of free text: NFC, plain spaces, without invisible characters that have no meaning. */
export function cleanText(text: string): string {
  return text
    .replace(OTHER_SPACES, ' ')
    .replace(MEANINGLESS, '')
    .replace(JOINERS, (joiner, at: number, whole: string) => (joins(whole, at) ? joiner : ''))
    .normalize('NFC')
    .trim();
}

function joins(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 4), at);
  return JOINED_LETTER.test(before) || (text[at] === '\u200D' && PART_OF_EMOJI.test(before));
}

/** Control characters and those that change the direction of a line: a terminal obeys them. */
const OBEYED = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;

/** A text for a terminal: escapes, as JSON does (\u001b), what the terminal would obey. Line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(OBEYED, (found) => (found === '\n' || found === '\t' ? found : escaped(found)));
}

/** The same for a stored text, with line breaks escaped, since it must not start a line of its own. */
export function oneLine(text: string): string {
  return text.replace(OBEYED, escaped);
}

function escaped(found: string): string {
  let written = '';
  for (let i = 0; i < found.length; i++) written += `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return written;
}

function pointOf(found: string | undefined): string | undefined {
  if (found === undefined) return undefined;
  return `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether a spreadsheet would run a cell that begins like this as a formula. */
export function beginsLikeFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text.normalize('NFKC'));
}
