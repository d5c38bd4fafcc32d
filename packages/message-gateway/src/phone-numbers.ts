// The full metadata, because the short one does not distinguish fixed lines from mobiles.
import { parsePhoneNumberFromString, type NumberType } from 'libphonenumber-js/max';

/** Kinds of numbers that cannot receive SMS, by the numbering plans of their countries. */
const WITHOUT_SMS: readonly NumberType[] = [
  'FIXED_LINE',
  'TOLL_FREE',
  'PREMIUM_RATE',
  'SHARED_COST',
  'UAN',
  'VOICEMAIL',
];

/**
 * Whether a number can receive an SMS, by the numbering plan of its country. Fixed lines, hotlines and service
 * numbers cannot. A number that may be a fixed line or a mobile counts as able.
 * @param phone E.164.
 */
export function takesSms(phone: string): boolean {
  const type = parsePhoneNumberFromString(phone)?.getType();
  return !WITHOUT_SMS.includes(type);
}
