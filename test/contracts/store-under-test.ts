import type { PersonIsolated } from '../../src/people/events.js';
import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent } from '../../src/event-log/event-store.js';

export interface StoreUnderTest {
  store: EventStore;
  /** Tombstones a stream. */
  erase(stream: string): Promise<void>;
  /** Stops the server behind the store and starts it again; absent if a test may not do so. */
  restart?(): Promise<void>;
  close(): Promise<void>;
}

const SOURCE = { source: 'contract' };
export const isolated = (personId: string, minute = 0): PersonIsolated => ({
  type: 'PersonIsolated',
  data: { personId, startedAt: `2021-08-01T00:${String(minute).padStart(2, '0')}:00Z` },
});
export const newEvent = (personId: string, minute = 0): NewEvent => ({
  id: randomUUID(),
  event: isolated(personId, minute),
  provenance: SOURCE,
});

export function freshStream(): { person: string; stream: string } {
  const person = randomUUID();
  return { person, stream: `person-${person}` };
}

export function keyOf(personId: string): NewEvent {
  const wrapped = { nonce: 'n', text: 't', tag: 'g' };
  return {
    id: randomUUID(),
    event: { type: 'PersonKeyCreated', data: { personId, wrapped, masterKeyId: 'm' } },
    provenance: SOURCE,
  };
}
