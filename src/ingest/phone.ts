import { parsePhoneNumberFromString, type MetadataJson } from 'libphonenumber-js/core';
// The full rules: the short ones would take numbers that only look like phones.
import metadata from 'libphonenumber-js/metadata.max.json';

/** Mobile prefixes of eleven-digit numbers as Viet Nam changed them to ten digits in 2018. */
const PREFIXES_OF_2018: Record<string, string> = {
  ...{ 120: '70', 121: '79', 122: '77', 126: '76', 128: '78' },
  ...{ 123: '83', 124: '84', 125: '85', 127: '81', 129: '82' },
  ...{ 162: '32', 163: '33', 164: '34', 165: '35', 166: '36', 167: '37', 168: '38', 169: '39' },
  ...{ 186: '56', 188: '58', 199: '59' },
};
const OLD_MOBILE = /^(?:\+84|0084|0)(1\d\d)(\d{7})$/;

/**
 * A phone number as E.164, such as +84912345678; without a country code it is one of Viet Nam. Undefined when no
 * phone can have it.
 */
export function normalisePhone(text: string): string | undefined {
  const digits = text.replaceAll(/[\s().-]/g, '');
  const old = OLD_MOBILE.exec(digits);
  const now = old && PREFIXES_OF_2018[old[1] ?? ''];
  const phone = parsePhoneNumberFromString(
    now ? `+84${now}${old[2]}` : text,
    'VN',
    metadata as unknown as MetadataJson,
  );
  return phone?.isValid() ? phone.number : undefined;
}
