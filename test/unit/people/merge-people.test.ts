import { streams } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { merge, unmerge } from '../../../src/people/merge.js';
import { recordNamed } from '../../../src/people/merge-people.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { registered } from '../../support/builders/people.js';

let store: MemoryEventStore;
beforeEach(() => {
  store = new MemoryEventStore();
});

const typesOf = (record: string) =>
  store.all.filter(({ stream }) => stream === streams.person(record).name).map(({ type }) => type);

describe('A record that is to be merged', () => {
  const now = Date.parse('2021-12-01T00:00:00Z') / 1000;
  /** The people whom the graph knows. */
  const named = (given: string, ...inGraph: string[]) =>
    recordNamed(store, given, now, async (ids) => ids.find((id) => inGraph.includes(id)));
  const seen = async (personId: string) => {
    const arrivedAt = '2021-08-01T09:00:00Z';
    const data = { visitId: 'v', personId, placeId: 'cafe', arrivedAt, leftAt: null, seat: null };
    const event = { id: `e-${personId}`, event: { type: 'CheckedIn' as const, data }, provenance: { source: 'test' } };
    await store.append(streams.presence(personId, arrivedAt), [event], 'any');
  };

  it('is refused if nothing is known about it: a misspelt id would make a person', async () => {
    await seen('an');
    expect(await named('an')).toBe('an');
    await expect(named('ann')).rejects.toThrow('The person ann is not known.');
  });

  it('is found however its letters were typed, and in the form of an older log', async () => {
    const [composed, decomposed] = (['NFC', 'NFD'] as const).map((form) => 'lớn'.normalize(form)) as [string, string];
    await seen(composed);
    expect(await named(decomposed)).toBe(composed);
    await seen(decomposed);
    expect(await named(decomposed)).toBe(decomposed);
  });

  it('is found if only the graph knows it, in either form', async () => {
    expect(await named('an', 'an')).toBe('an');
    expect(await named('lớn'.normalize('NFD'), 'lớn'.normalize('NFC'))).toBe('lớn'.normalize('NFC'));
  });
});

describe('Merging two records of one person', () => {
  it('records it once, and undoes it', async () => {
    expect(await merge(store, 'an-2', 'an', { source: 'test' })).toBe(true);
    expect(await merge(store, 'an-2', 'an', { source: 'test' })).toBe(false);
    expect(await unmerge(store, 'an-2', { source: 'test' })).toBe('an');
    expect(typesOf('an-2')).toEqual(['PersonMerged', 'PersonUnmerged']);
    expect(typesOf('an')).toEqual(['RecordLinked']);
    await expect(unmerge(store, 'an-2', { source: 'test' })).rejects.toThrow('an-2 is not merged into another record.');
  });

  it('refuses a circle', async () => {
    await merge(store, 'an-2', 'an', { source: 'test' });
    await merge(store, 'an-3', 'an-2', { source: 'test' });
    await expect(merge(store, 'an', 'an-3', { source: 'test' })).rejects.toThrow('an-3 is merged into an already.');
    await expect(merge(store, 'an', 'an', { source: 'test' })).rejects.toThrow('an cannot be merged into itself.');
  });

  it('does not leave a person without their only phone', async () => {
    const sealed = { nonce: '', text: '', tag: '' };
    const event = registered('an-2', { phone: sealed, phoneIndex: 'p' });
    await store.append(streams.person('an-2'), [{ id: 'e', event, provenance: { source: 'test' } }], 'any');
    await expect(merge(store, 'an-2', 'an', { source: 'test' })).rejects.toThrow(
      'the person could not receive messages',
    );
    expect(await merge(store, 'an', 'an-2', { source: 'test' })).toBe(true);
  });
});
