/**
 * What eSMS.vn's answers mean. Sources, as read in 2026, are its own pages "Bảng mã lỗi" and "Table of error codes"
 * (developers.esms.vn; kept in the repositories devesms/gitbook_esms_for_develop_v2 and _v2_en, files
 * esms-api/bang-ma-loi.md and esms-api/table-of-error-codes.md) and the page of the call itself
 * (esms-api/ham-gui-tin/tin-nhan-sms-otp-cskh.md).
 *
 * `accepted`: "the request has been sent to ViHAT", which says nothing about the phone yet. `repeat`: this RequestId
 * was used before. A code that is missing from this table counts as theirs: the message is tried again or sent
 * through another provider.
 *
 * - 99 counts as theirs on purpose. The tables say "the phone number is blocked in the system". The page of the call
 *   shows it with `{"error":"Invalid request"}` and advice to check the connection. Copies of older editions say
 *   "unknown error, try again later". That is not enough to give up a receiver.
 * - 102 is "no price list" now and was "account locked": we have to settle either with eSMS.
 * - 177, "the network is not registered", concerns this receiver's network; another provider may reach it.
 * - 119, 131, 132, 145 and 159 are only in copies of older editions, for other kinds of message. 105 to 107, 110, 120
 *   and those above 170 are in today's table for other calls. None of them is mapped.
 */
export const ESMS_CODES: Readonly<Record<string, 'accepted' | 'repeat' | 'ours' | 'theirs' | 'receiver'>> = {
  99: 'theirs',
  100: 'accepted',
  /** Wrong ApiKey or SecretKey. */
  101: 'ours',
  102: 'ours',
  /** Not enough balance. */
  103: 'ours',
  /** The brand name is unknown or not active. */
  104: 'ours',
  /** The number does not have a form that eSMS takes. eSMS only gets Vietnamese numbers that were checked before. */
  108: 'receiver',
  /** Unsupported kind of message. */
  118: 'ours',
  124: 'repeat',
  /** This machine's address is not on the account's list. */
  140: 'ours',
  /** The text does not match any template registered for the brand name. */
  146: 'ours',
  177: 'theirs',
  /** The kind of message is missing. */
  300: 'ours',
};

/**
 * `SendStatus` of a message, from the page "Callback Url": 1 to be approved, 2 waiting, 4 refused, 5 done, 7 on its
 * way.
 */
export const REFUSED = '4';
export const DONE = '5';
