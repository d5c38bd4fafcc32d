/**
 * Numbers by which people are found elsewhere: phones, and the numbers of citizens. What is kept in clear must not hold
 * any, however its digits are written: as an id it would name a person, and it stays in the log for ever.
 */

/** Ten digits of a mobile, eleven of a fixed line with its area, eleven of a mobile of before 2018. */
const VIETNAMESE_PHONE = /^0(?:[35789]\d{8}|2\d{9}|1[2689]\d{8})$/;
/** A citizen's number since 2016: the code of a province (001 to 096), a digit of sex and century, two of the year, six more. */
const CITIZEN_OF_TWELVE = /^0(?:0[1-9]|[1-8]\d|9[0-6])\d{9}$/;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Characters that people put between the digits of one number. */
const BETWEEN = String.raw`[\s.,·'’/()\p{Pd}_]`;
const RUN = new RegExp(String.raw`[+]?\d(?:${BETWEEN}{0,3}\d)*`, 'gu');
const NUMBER_ALONE = new RegExp(String.raw`^(?:[+]|${BETWEEN}|\d)+$`, 'u');
/** A day or a time of day: its digits belong to no longer number. */
const DATES =
  /(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d|(?:19|20)\d\d([./-]?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])|\d{1,2}:\d\d(?::\d\d)?)(?!\d)/g;
const NINE_DIGITS = /(?<![\d\p{L}])(?:\d{9}|\d{3}([ .-])\d{3}\1\d{3})(?![\d\p{L}])/u;
const FEWEST_DIGITS = 9;
/** Of the digits of one number, however they are set apart. */
const MOST_DIGITS = 14;

export type PersonalNumber = 'a phone number' | 'a citizen number';

/** A hash: ten of its digits follow one another now and then, and are no number of anybody. */
const HASH = /^(?=.*[a-f])[0-9a-f]{16,}$/i;

/** What an id is or holds. Of an id that is a number and nothing else, any of nine or twelve digits counts. */
export function personalNumberOfId(id: string): PersonalNumber | undefined {
  if (hasFewDigits(id) || HASH.test(id)) return undefined;
  const plain = withoutNames(id);
  return NUMBER_ALONE.test(plain) ? ofNumber(digitsOf(plain), true) : inRuns(plain);
}

/** What a text holds: a phone, a citizen's number of twelve digits, or nine digits in a row or in threes. */
export function personalNumberIn(text: string): PersonalNumber | undefined {
  if (hasFewDigits(text)) return undefined;
  const plain = withoutNames(text);
  return inRuns(plain) ?? (NINE_DIGITS.test(plain) ? 'a citizen number' : undefined);
}

/** Most ids: nothing else is asked of them. */
function hasFewDigits(text: string): boolean {
  return (text.match(/[\p{Nd}\p{No}]/gu)?.length ?? 0) < FEWEST_DIGITS;
}

function withoutNames(text: string): string {
  return plainDigits(text).replace(UUID, 'x').replace(DATES, 'x').trim();
}

/** Of digits that are set apart, such as of "floor 3, 0912 345 678", any that follow one another may be the number. */
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

/** Without the country's code: 84912345678, 0084 912 345 678 and +84 (0) 912 345 678 are one phone. */
function national(digits: string): string {
  const code = /^(?:00)?840?(?=[1-9]\d{8,9}$)/.exec(digits);
  return code ? `0${digits.slice(code[0].length)}` : digits;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** Digits of any script, and those that are set as powers, in circles or wide, as 0 to 9. */
function plainDigits(text: string): string {
  return text
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
    .normalize('NFKC')
    .replaceAll(/(?![0-9])\p{Nd}/gu, (digit) => String(valueOf(digit.codePointAt(0) ?? 0)));
}

/** Digits stand in tens, from 0 on, in every script; several tens may follow one another. */
function valueOf(point: number): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before++;
  return before % 10;
}
