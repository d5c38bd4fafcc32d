import { REACTED_TYPES } from '../alert/reactions.js';
import type { EventType } from '../domain/events.js';
import { TRACE_READERS } from '../trace/index.js';

export const ALERTS = 'alerts';

/** Who reads the log beside the projector, by the names of their checkpoints. */
export const READERS: readonly { name: string; types: readonly EventType[] }[] = [
  ...TRACE_READERS,
  { name: ALERTS, types: REACTED_TYPES },
];
