/**
 * The readers of the log beside the projector: the names of their checkpoints and of their notes on events set aside.
 */
export const OPEN_CASES = 'open-cases';
export const TOUCHED_CASES = 'touched-cases';
export const ALERTS = 'alerts';
export const READER_NAMES = [OPEN_CASES, TOUCHED_CASES, ALERTS] as const;
