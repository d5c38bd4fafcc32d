/**
 * What eSMS.vn's answers mean. Sources, as read in 2026, are its own pages "Bảng mã lỗi" and "Table of error codes"
 * (developers.esms.vn; kept in the repositories devesms/gitbook_esms_for_develop_v2 and _v2_en, files
 * esms-api/bang-ma-loi.md and esms-api/table-of-error-codes.md) and the page of the call itself
 * (esms-api/ham-gui-tin/tin-nhan-sms-otp-cskh.md).
 *
 * `accepted`: "the request has been sent to ViHAT", which says nothing of the phone yet. `repeat`: this RequestId was
 * used before. What is not in this table is taken as theirs: it is tried again or through another provider.
 *
 * - 99 stands as theirs on purpose. The tables say "the phone number is blocked in the system", the page of the call
 *   shows it with `{"error":"Invalid request"}` and advice to check the connection, and lists that others copied from
 *   older editions say "unknown error, try again later". A receiver is not given up for that.
 * - 102 is "no price list" now and was "account locked": either is for us to settle with eSMS.
 * - 177, "the network is not registered", holds for this receiver's network; another provider may reach it.
 * - 119, 131, 132, 145 and 159 stand in copies of older editions only, for other kinds of message, and 105 to 107, 110,
 *   120 and above 170 in today's table for other calls: none is mapped.
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
  /** The number is not of a form that eSMS takes; it only gets Vietnamese numbers that were checked before. */
  108: 'receiver',
  /** Unsupported kind of message. */
  118: 'ours',
  124: 'repeat',
  /** This machine's address is not on the account's list. */
  140: 'ours',
  /** The text fits no template that is registered for the brand name. */
  146: 'ours',
  177: 'theirs',
  /** No kind of message given. */
  300: 'ours',
};

/** `SendStatus` of a message, as "Callback Url" has it: 1 to be approved, 2 waiting, 4 refused, 5 done, 7 on its way. */
export const REFUSED = '4';
export const DONE = '5';
