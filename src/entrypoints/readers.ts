import { REACTED_TYPES } from '../alert/reactions.js';
import type { EventType } from '../domain/events.js';
import { ALERTS } from '../log/reader-names.js';
import { TRACE_READERS } from '../trace/index.js';

/** Who reads the log beside the projector, by the names of their checkpoints. */
export const READERS: readonly { name: string; types: readonly EventType[] }[] = [
  ...TRACE_READERS,
  { name: ALERTS, types: REACTED_TYPES },
];
