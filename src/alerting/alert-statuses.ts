export const ALERT_STATUSES = ['requested', 'covered', 'sent', 'delivered', 'failed', 'withdrawn'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];
