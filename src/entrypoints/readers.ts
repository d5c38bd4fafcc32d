import type { EventSet } from '../kernel/event.js';
import { REACTED } from '../alerting/reactions.js';
import { ALERTS } from '../event-log/reader-names.js';
import { TRACE_READERS } from '../tracing/start.js';

/** Who reads the log beside the projector, by the names of their checkpoints. */
export const READERS: readonly { name: string; events: EventSet }[] = [
  ...TRACE_READERS,
  { name: ALERTS, events: REACTED },
];
