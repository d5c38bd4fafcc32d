import type { OperationEvent } from '../event-log/events.js';
import { operationsDecider, type OperationState } from './operations.js';
import type { EventStore } from '../event-log/event-store.js';
import { KnownStream } from '../event-log/known-stream.js';
import { streams } from '../event-log/streams.js';

/** What operators said of alerting as a whole. */
export type Operations = Pick<KnownStream<OperationEvent, OperationState>, 'load'>;

export function operationsOf(store: Pick<EventStore, 'read'>): Operations {
  return new KnownStream(store, operationsDecider, streams.operations);
}
