/** Why an alert may have failed that is told again on order. */
export const REPLAYED_REASONS = ['refused', 'undelivered', 'uncertain', 'file'] as const;
