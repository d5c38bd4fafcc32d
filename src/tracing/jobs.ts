export const TRACE_QUEUE = 'trace';
