/** Those who read the log beside the projector, by the names under which they keep how far they are, and what they left out. */
export const OPEN_CASES = 'open-cases';
export const TOUCHED_CASES = 'touched-cases';
export const ALERTS = 'alerts';
export const READER_NAMES = [OPEN_CASES, TOUCHED_CASES, ALERTS] as const;
