/**
 * The purpose of messages that notify contacts. Its jobs do whatever the alert's state asks for, including taking it
 * back.
 */
export const ALERT = 'alert';
/** The purpose of messages that take those back. */
export const WITHDRAWAL = 'withdrawal';
