import { type OperationEvent, operationsStream } from './events.js';
import { operationsDecider, type OperationState } from './operations.js';
import type { EventStore } from '../event-log/event-store.js';
import { KnownStream } from '../event-log/known-stream.js';

/** What operators said of alerting as a whole. */
export type Operations = Pick<KnownStream<OperationEvent, OperationState>, 'load'>;

export function operationsOf(store: Pick<EventStore, 'read'>): Operations {
  return new KnownStream(store, operationsDecider, operationsStream());
}
