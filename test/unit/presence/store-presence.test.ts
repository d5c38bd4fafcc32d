import { PRESENCE } from '../../../src/presence/events.js';
import { anyStream, type DomainEvent } from '../../support/events.js';
import { expect, it } from '@jest/globals';
import type { Fact } from '../../../src/presence/presence.js';
import { storePresence } from '../../../src/presence/store-presence.js';
import { LARGEST_APPEND, sizeOf } from '../../../src/event-log/append-size.js';
import type { NewEvent } from '../../../src/event-log/event-store.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

it('Check-ins with ids and a source of maximum length are stored by appends no larger than the log accepts, in order', async () => {
  const store = new MemoryEventStore();
  const appended: NewEvent[][] = [];
  const append = store.append.bind(store);
  store.append = (stream, events, expected) => {
    appended.push([...events]);
    return append(stream, events, expected);
  };
  const [personId, placeId] = ['ệ'.repeat(200), 'ở'.repeat(200)];
  const facts = Array.from({ length: 600 }, (_, i): Fact => {
    const arrivedAt = new Date(i * 60_000).toISOString().replace('.000Z', 'Z');
    const data = { visitId: `${i}`.padEnd(200, 'ữ'), personId, placeId, arrivedAt, leftAt: null, seat: null };
    const event = { id: `${i}`, event: { type: 'CheckedIn' as const, data }, provenance: { source: 'ấ'.repeat(200) } };
    return { stream: { name: 'presence-p-197001', events: PRESENCE }, event };
  });
  await storePresence(store, facts);
  expect(store.all.map(({ id }) => id)).toEqual(facts.map(({ event }) => event.id));
  const sizes = appended.map((events) =>
    events.reduce((sum, each) => sum + sizeOf(anyStream('presence-p-197001'), each as NewEvent<DomainEvent>), 0),
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(LARGEST_APPEND);
  expect(appended[0]?.length).toBeLessThan(500);
});
