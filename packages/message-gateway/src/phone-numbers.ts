// The full rules: the short ones do not tell fixed lines from mobiles.
import { parsePhoneNumberFromString, type NumberType } from 'libphonenumber-js/max';

/** Kinds of numbers, by the numbering plans of their countries, that take no SMS. */
const WITHOUT_SMS: readonly NumberType[] = [
  'FIXED_LINE',
  'TOLL_FREE',
  'PREMIUM_RATE',
  'SHARED_COST',
  'UAN',
  'VOICEMAIL',
];

/**
 * Whether a number can take an SMS, as far as the numbering plan of its country tells: fixed lines, hotlines and service
 * numbers cannot, and of what may be either it is taken that it can.
 * @param phone E.164.
 */
export function takesSms(phone: string): boolean {
  const type = parsePhoneNumberFromString(phone)?.getType();
  return !WITHOUT_SMS.includes(type);
}
