import { type OperationEvent, operationsStream } from './events.js';
import { operatorOrdersDecider, type OperatorOrders } from './operator-orders.js';
import type { EventStore } from '../event-log/event-store.js';
import { KnownStream } from '../event-log/known-stream.js';

/** Operators' orders about alerting as a whole. */
export type KnownOperatorOrders = Pick<KnownStream<OperationEvent, OperatorOrders>, 'load'>;

export function knownOperatorOrders(store: Pick<EventStore, 'read'>): KnownOperatorOrders {
  return new KnownStream(store, operatorOrdersDecider, operationsStream());
}
