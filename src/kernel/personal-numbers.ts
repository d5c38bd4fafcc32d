/**
 * Numbers that identify people elsewhere: phone numbers and citizen numbers. A text that is kept in clear must not
 * contain any, however the digits are written: it would identify a person, and the log keeps it for ever.
 */

/** A mobile number has ten digits, a fixed line with its area code eleven, a mobile number of before 2018 eleven. */
const VIETNAMESE_PHONE = /^0(?:[35789]\d{8}|2\d{9}|1[2689]\d{8})$/;
/** A citizen number since 2016: province code (001 to 096), a digit for sex and century, two for the year, six more. */
const CITIZEN_OF_TWELVE = /^0(?:0[1-9]|[1-8]\d|9[0-6])\d{9}$/;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Characters that people put between the digits of one number. */
const BETWEEN = String.raw`[\s.,·'’/()\p{Pd}_]`;
const RUN = new RegExp(String.raw`[+]?\d(?:${BETWEEN}{0,3}\d)*`, 'gu');
const NUMBER_ALONE = new RegExp(String.raw`^(?:[+]|${BETWEEN}|\d)+$`, 'u');
/** A date or a time of day: its digits are not part of a longer number. */
const DATES =
  /(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d|(?:19|20)\d\d([./-]?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])|\d{1,2}:\d\d(?::\d\d)?)(?!\d)/g;
const NINE_DIGITS = /(?<![\d\p{L}])(?:\d{9}|\d{3}([ .-])\d{3}\1\d{3})(?![\d\p{L}])/u;
const FEWEST_DIGITS = 9;
/** In one number, however its digits are grouped. */
const MOST_DIGITS = 14;

export type PersonalNumber = 'a phone number' | 'a citizen number';

/** A hash may contain ten digits in a row that are nobody's number. */
const HASH = /^(?=.*[a-f])[0-9a-f]{16,}$/i;

/** The personal number that an id is or contains. An id of nothing but nine or twelve digits always counts as one. */
export function personalNumberOfId(id: string): PersonalNumber | undefined {
  if (hasFewDigits(id) || HASH.test(id)) return undefined;
  const plain = withoutNames(id);
  return NUMBER_ALONE.test(plain) ? ofNumber(digitsOf(plain), true) : inRuns(plain);
}

/** The personal number in a text: a phone, a citizen number of twelve digits, or nine digits in a row or in threes. */
export function personalNumberIn(text: string): PersonalNumber | undefined {
  if (hasFewDigits(text)) return undefined;
  const plain = withoutNames(text);
  return inRuns(plain) ?? (NINE_DIGITS.test(plain) ? 'a citizen number' : undefined);
}

/** True for most ids, which then need no further check. */
function hasFewDigits(text: string): boolean {
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Any character beyond ASCII may be a digit of another script.
    if ((unit >= 0x30 && unit <= 0x39) || unit > 0x7f) most++;
  }
  if (most < FEWEST_DIGITS) return true;
  return (text.match(/[\p{Nd}\p{No}]/gu)?.length ?? 0) < FEWEST_DIGITS;
}

function withoutNames(text: string): string {
  return plainDigits(text).replace(UUID, 'x').replace(DATES, 'x').trim();
}

/** Any consecutive groups of digits may form the number, as in "floor 3, 0912 345 678". */
function inRuns(text: string): PersonalNumber | undefined {
  for (const [run] of text.matchAll(RUN)) {
    const groups = run.match(/\d+/g) ?? [];
    for (let from = 0; from < groups.length; from++) {
      let digits = '';
      for (let at = from; at < groups.length && digits.length < MOST_DIGITS; at++) {
        digits += groups[at];
        const found = ofNumber(digits, false);
        if (found) return found;
      }
    }
  }
  return undefined;
}

function ofNumber(digits: string, alone: boolean): PersonalNumber | undefined {
  if (VIETNAMESE_PHONE.test(national(digits))) return 'a phone number';
  if (CITIZEN_OF_TWELVE.test(digits)) return 'a citizen number';
  return alone && (digits.length === 9 || digits.length === 12) ? 'a citizen number' : undefined;
}

/** Without the country code: 84912345678, 0084 912 345 678 and +84 (0) 912 345 678 are the same phone. */
function national(digits: string): string {
  const code = /^(?:00)?840?(?=[1-9]\d{8,9}$)/.exec(digits);
  return code ? `0${digits.slice(code[0].length)}` : digits;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** Writes the digits of any script, also superscript, circled or wide ones, as 0 to 9. */
function plainDigits(text: string): string {
  return text
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
    .normalize('NFKC')
    .replaceAll(/(?![0-9])\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** Unicode has the digits of every script in runs of ten, from 0 on; several runs may follow one another. */
function valueOf(point: number): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before++;
  return before % 10;
}
