import { beforeEach, describe, expect, it } from '@jest/globals';
import { personDecider } from '../../../src/domain/person.js';
import type { DomainEvent } from '../../../src/domain/events.js';
import { carryOver, findTwins, mergePlaces } from '../../../src/ingest/twin-ids.js';
import type { Tools } from '../../../src/ingest/tools.js';
import { load } from '../../../src/log/handle.js';
import { streams } from '../../../src/log/streams.js';
import { toolsOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
let tools: Tools;
beforeEach(() => {
  store = new MemoryEventStore();
  tools = toolsOver(store);
});

const NFC = 'chợ-lớn'.normalize('NFC');
const NFD = 'chợ-lớn'.normalize('NFD');
let count = 0;
const append = (stream: string, event: DomainEvent) =>
  store.append(stream, [{ id: `e${count++}`, event, provenance: { source: 'old' } }], 'any');
const visit = (personId: string, placeId: string, more: object = {}) => {
  const arrivedAt = '2021-08-01T09:00:00Z';
  const data = { visitId: `v-${personId}`, personId, placeId, arrivedAt, leftAt: null, seat: '3A', ...more };
  return append(streams.presence(personId, arrivedAt), { type: 'CheckedIn', data });
};

describe('Ids of an older log that are one today', () => {
  it('are listed, each with the one that it is', async () => {
    await visit('an', NFD);
    await visit('an\u200B', NFC);
    await visit('binh', 'cafe');

    expect(await findTwins(store)).toEqual({
      people: [{ id: 'an\u200B', one: 'an' }],
      places: [{ id: NFD, one: NFC }],
      households: [],
      samples: [],
    });
    expect(await findTwins(new MemoryEventStore())).toMatchObject({ people: [], places: [] });
  });

  it('of a place: its visits are said anew at the one place, once, with all that was known of them', async () => {
    await visit('an', NFD);
    await visit('binh', NFC);
    const arrivedAt = '2021-08-01T09:00:00Z';
    const left = { visitId: 'v-an', personId: 'an', placeId: NFD, arrivedAt, leftAt: '2021-08-01T10:00:00Z' };
    await append(streams.presence('an', arrivedAt), { type: 'CheckedOut', data: left });
    const facts = {
      name: 'Chợ',
      kind: 'market',
      capacity: 9,
      latitude: null,
      longitude: null,
      defaultStayMinutes: null,
    };
    await append(streams.place(NFD), { type: 'PlaceRegistered', data: { placeId: NFD, ...facts } });

    expect(await mergePlaces(tools, await findTwins(store))).toEqual({ visits: 1, people: 0 });
    const said = store.all.filter(({ provenance }) => provenance.source === 'twin-ids');
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      ['PlaceRegistered', { placeId: NFC, ...facts }],
      ['VisitCorrected', { ...left, placeId: NFC, seat: '3A' }],
    ]);
    const before = store.all.length;
    expect(await mergePlaces(tools, await findTwins(store))).toEqual({ visits: 0, people: 0 });
    expect(store.all).toHaveLength(before);
  });

  it('of a person: name and phone go over to the one record, sealed with its own key', async () => {
    const sealed = await tools.sealing.seal('an\u200B', 'phone', '+84912345678', { source: 'old' });
    const data = {
      personId: 'an\u200B',
      name: null,
      phone: sealed,
      phoneIndex: 'i',
      language: 'en',
      householdId: 'h\u200B',
    };
    await append(streams.person('an\u200B'), { type: 'PersonRegistered', data });
    const twins = await findTwins(store);
    await mergePlaces(tools, twins);
    for (const twin of twins.people) await carryOver(tools, twin);

    const { registered } = (await load(store, personDecider, streams.person('an'))).state;
    expect(registered).toMatchObject({ language: 'en', phoneIndex: 'i', householdId: 'h' });
    expect(await tools.sealing.open('an', 'phone', registered?.phone as typeof sealed)).toBe('+84912345678');
  });
});
