/**
 * Which characters may stand in what is kept. Two ids that look the same must be the same, and a text that is printed
 * must be what it looks like. Unicode's own classes say what cannot be seen (UAX #44), NFC (UAX #15) makes one form of
 * those that are written in several.
 */

/** Control, format, surrogate, private-use and unassigned characters, separators but the space, and what is drawn as nothing. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]/u;
const UNSEEN_OR_OTHER_SPACE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]|(?! )\p{Zs}/u;
/** Signs above numbers in Arabic, Syriac and Kaithi: of the class of formats, but drawn. */
const DRAWN = /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/gu;

const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** Whether a text holds half of a character, which becomes the same mark wherever it is written. */
export function halfCharacterIn(text: string): boolean {
  return HALF_A_CHARACTER.test(text);
}

const OTHER_SPACES = /\p{Zs}/gu;
/** Drawn as nothing and without a meaning of their own; what joins letters is looked at by itself. */
const MEANINGLESS =
  /(?![\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}\u200C\u200D])[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/**
 * A joiner counts where a script needs it to be written right (UAX #31, 2.3), such as in Persian or Sinhala, and between
 * the parts of one emoji; anywhere else it only makes two texts of one.
 */
const JOINERS = /[\u200C\u200D]/g;
const JOINED_LETTER =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Thaa}\p{scx=Nkoo}]$/u;
const PART_OF_EMOJI = /\p{Extended_Pictographic}\p{Emoji_Modifier}?$/u;

/** The one form of an id; ids that are equal in it are one. What cannot be seen is refused where ids come in. */
export function canonicalId(id: string): string {
  return id.normalize('NFC');
}

/** The form that an id of an older log would have if it came in today: without what would be refused in it. */
export function oneForm(id: string): string {
  return id.replace(OTHER_SPACES, ' ').replace(MEANINGLESS, '').replace(JOINERS, '').normalize('NFC').trim();
}

/** The first character of an id that nobody can see or tell from a space, as U+200B; undefined when there is none. */
export function unseenInId(id: string): string | undefined {
  return pointOf(UNSEEN_OR_OTHER_SPACE.exec(id.replace(DRAWN, ''))?.[0]);
}

/** The first character of a text that is none of a text, once `cleanText` has made it. */
export function unseenInText(text: string): string | undefined {
  return pointOf(UNSEEN.exec(text.replace(DRAWN, '').replace(JOINERS, ''))?.[0]);
}

/** Names and other free text in one form: NFC, every space plain, without characters that are not drawn and mean nothing. */
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

/** Controls and what turns the direction of a line: a terminal obeys them. */
const OBEYED = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;

/** A text for a terminal: what the terminal would obey is shown as JSON writes it, such as \u001b. Line breaks stay. */
export function printable(text: string): string {
  return text.replace(OBEYED, (found) => (found === '\n' || found === '\t' ? found : escaped(found)));
}

/** The same for a text that was kept, which must not begin a line of its own. */
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

/** Whether a spreadsheet takes a cell that begins so for a formula, and runs it. */
export function beginsLikeFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text.normalize('NFKC'));
}
