export const ALERT_STATUSES = ['requested', 'covered', 'sent', 'delivered', 'failed', 'withdrawn'] as const;
