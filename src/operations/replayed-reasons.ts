/** The reasons of failure for which an operator can order an alert to be sent again. */
export const REPLAYED_REASONS = ['refused', 'undelivered', 'uncertain', 'file'] as const;
