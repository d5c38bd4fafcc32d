import { REACTED_TYPES } from '../alerting/reactions.js';
import type { EventType } from '../event-log/events.js';
import { ALERTS } from '../event-log/reader-names.js';
import { TRACE_READERS } from '../tracing/start.js';

/** Who reads the log beside the projector, by the names of their checkpoints. */
export const READERS: readonly { name: string; types: readonly EventType[] }[] = [
  ...TRACE_READERS,
  { name: ALERTS, types: REACTED_TYPES },
];
