import { boot } from '../../../src/entrypoints/boot.js';
import { openStream, type DomainEvent } from '../../support/events.js';
import type { Event } from '../../../src/kernel/event.js';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { idOf } from '../../../src/kernel/ids.js';
import type { Catalogue } from '../../../src/event-log/catalogue.js';
import { storedEvent } from '../../../src/event-log/stored-event.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let catalogue: Catalogue;
beforeAll(async () => void ({ catalogue } = await boot()));

const registered = (placeId: string): DomainEvent => ({
  type: 'PlaceRegistered',
  data: {
    placeId,
    name: 'Chợ',
    kind: 'market',
    capacity: null,
    latitude: null,
    longitude: null,
    defaultStayMinutes: 30,
  },
});

async function stored(event: Event) {
  const store = new MemoryEventStore();
  // As another program, or an older version of this one, may have written it.
  store.unchecked = true;
  await store.append(openStream('place-x'), [{ id: idOf('x'), event, provenance: { source: 'test' } }], 'any');
  const note = { stream: 'place-x', revision: 0, id: idOf('x'), type: event.type };
  return { store, note };
}

describe('An event that is retried', () => {
  it('is the one that was set aside', async () => {
    const { store, note } = await stored(registered('cafe'));
    expect(await storedEvent(store, catalogue, note)).toMatchObject({ id: note.id, data: { placeId: 'cafe' } });
  });

  it('does not exist if the log has another one at its position, as after an erasure', async () => {
    const { store, note } = await stored(registered('cafe'));
    expect(await storedEvent(store, catalogue, { ...note, id: idOf('y') })).toBeUndefined();
    expect(await storedEvent(store, catalogue, { ...note, revision: 1 })).toBeUndefined();
  });

  it('is not applied before its content matches its type', async () => {
    const { store, note } = await stored(registered('x'.repeat(20_000)));
    await expect(storedEvent(store, catalogue, note)).rejects.toThrow(/^its content does not match its type: placeId/);
  });

  it('is not applied while this program does not know its type', async () => {
    const { store, note } = await stored({ type: 'PlaceClosed', data: { placeId: 'cafe' } });
    await expect(storedEvent(store, catalogue, note)).rejects.toThrow('older than the log');
  });
});
