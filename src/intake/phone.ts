// The full rules: the short ones would accept numbers that only look like phones.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The mobile prefixes that Viet Nam changed from eleven-digit to ten-digit numbers in 2018. */
const PREFIXES_OF_2018: Record<string, string> = {
  ...{ 120: '70', 121: '79', 122: '77', 126: '76', 128: '78' },
  ...{ 123: '83', 124: '84', 125: '85', 127: '81', 129: '82' },
  ...{ 162: '32', 163: '33', 164: '34', 165: '35', 166: '36', 167: '37', 168: '38', 169: '39' },
  ...{ 186: '56', 188: '58', 199: '59' },
};
const OLD_MOBILE = /^(?:\+84|0084|0)(1\d\d)(\d{7})$/;
const VIETNAMESE_MOBILE = /^(?:\+84|0)[35789]\d{8}$/;
/** Digits, and the characters that people write between them. */
const WRITTEN = /^[+(]?[\d\s().+/\u2010-\u2015-]*$/;
/**
 * A landline of Saigon until 2017: the area code, a separator and eight digits. Without a separator the ten digits
 * would be a mobile number; nobody separates the first two digits of a mobile number.
 */
const OLD_SAIGON = /^(?:(?:\+|00)84[\s().-]*8|\(?0[\s.-]?8)[\s().-]+(\d(?:[\s.-]*\d){7})$/;

/**
 * A phone number in E.164, such as +84912345678; without a country code it is a number of Viet Nam. Undefined when no
 * phone can have it, the text contains something else, or it may mean two different phones.
 */
export function normalisePhone(text: string): string | undefined {
  const written = text.trim();
  if (!WRITTEN.test(written)) return undefined;
  const digits = written.replaceAll(/[^\d+]/g, '');
  if (oldSaigon(written) !== undefined) return undefined;
  const old = OLD_MOBILE.exec(digits);
  const prefix = old && PREFIXES_OF_2018[old[1] ?? ''];
  const phone = parsePhoneNumberFromString(prefix ? `+84${prefix}${old[2]}` : written, {
    defaultCountry: 'VN',
    // Nobody knows whose number it is that occurs in a sentence.
    extract: false,
  });
  return phone?.isValid() && phone.ext === undefined ? phone.number : undefined;
}

/** What is wrong with a text that is not a phone number. */
export function phoneComplaint(text: string): { reason: string; fix: string } {
  const eight = oldSaigon(text.trim());
  if (eight !== undefined) {
    const landline = `028 ${eight.slice(0, 4)} ${eight.slice(4)}`;
    return {
      reason: 'is a landline of Ho Chi Minh City as it was written until 2017, or a mobile',
      fix: `Write ${landline} if it is the landline, 08${eight} if it is the mobile.`,
    };
  }
  if (/\p{L}/u.test(text)) {
    return {
      reason: 'has letters before, after or in the number',
      fix: 'Give only the number, without words or an extension.',
    };
  }
  return { reason: 'is not a phone number', fix: 'Correct it, or leave it empty if the person has none.' };
}

/** The eight digits of a number that may be a landline of Saigon or, with 08 in front, a mobile. */
function oldSaigon(written: string): string | undefined {
  const eight = OLD_SAIGON.exec(written)?.[1]?.replaceAll(/\D/g, '');
  return eight !== undefined && VIETNAMESE_MOBILE.test(`08${eight}`) ? eight : undefined;
}
