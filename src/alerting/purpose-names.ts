/** Of messages that tell contacts. A job of it does whatever the alert's state asks for, taking it back among that. */
export const ALERT = 'alert';
/** Of messages that take that back. */
export const WITHDRAWAL = 'withdrawal';
