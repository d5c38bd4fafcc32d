import type { OperationEvent } from '../domain/events.js';
import { operationsDecider, type OperationState } from '../domain/operations.js';
import type { EventStore } from './event-store.js';
import { KnownStream } from './known-stream.js';
import { streams } from './streams.js';

/** What operators said of alerting as a whole. */
export type Operations = Pick<KnownStream<OperationEvent, OperationState>, 'load'>;

export function operationsOf(store: Pick<EventStore, 'read'>): Operations {
  return new KnownStream(store, operationsDecider, streams.operations);
}
