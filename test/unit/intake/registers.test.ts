import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { load } from '../../../src/event-log/handle.js';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Sealing } from '../../../src/event-log/sealing.js';
import { personDecider } from '../../../src/people/person.js';
import { personStream } from '../../../src/people/events.js';
import { placeDecider } from '../../../src/places/place.js';
import { placeStream } from '../../../src/places/events.js';
import { Contexts, type Means } from '../../../src/requests/context.js';
import { importText } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const master = new MasterKey(Buffer.alloc(32, 7));
let store: MemoryEventStore;

beforeEach(() => {
  store = new MemoryEventStore();
});

/** What a process of its own has, so that it knows no key. */
function process(): Means {
  return new Contexts({ store, master, sealing: new Sealing(store, master), zone: 'UTC' });
}

const personRow = (row: string): string => `person_id,name,phone,language\n${row}\n`;
const placeRow = (row: string): string => `place_id,name,kind,capacity\n${row}\n`;
const registeredAs = async (personId: string) => (await load(store, personDecider, personStream(personId))).state;

async function nameOf(personId: string): Promise<string | undefined> {
  const { registered } = await registeredAs(personId);
  return registered?.name ? process().base.sealing.open(personId, 'name', registered.name) : undefined;
}

describe('A register of new people and places', () => {
  it('costs two appends for each person and one for each place, and no read', async () => {
    const read = jest.spyOn(store, 'read');
    const append = jest.spyOn(store, 'append');
    await importText(process(), 'people', personRow('p1,An,0912345678,vi\np2,Binh,,vi'));
    await importText(process(), 'places', placeRow('cafe,Café,restaurant,20'));

    expect(read).not.toHaveBeenCalled();
    expect(append).toHaveBeenCalledTimes(5);
  });

  it.each(['', 'An'])('restores the first details of a person after a correction, with the name "%s"', async (name) => {
    for (const language of ['vi', 'en', 'vi']) {
      const row = personRow(`p1,${name},,${language}`);
      expect(await importText(process(), 'people', row)).toMatchObject({ accepted: 1, new: 1 });
    }
    expect((await registeredAs('p1')).registered?.language).toBe('vi');
  });

  it('restores the first details of a place after a correction', async () => {
    for (const capacity of [20, 30, 20]) {
      const row = placeRow(`cafe,Café,restaurant,${capacity}`);
      expect(await importText(process(), 'places', row)).toMatchObject({ accepted: 1, new: 1 });
    }
    const { state } = await load(store, placeDecider, placeStream('cafe'));
    expect(state?.capacity).toBe(20);
    expect(store.all.map(({ type }) => type)).toEqual(['PlaceRegistered', 'PlaceCorrected', 'PlaceCorrected']);
  });

  it('registers a person of whom only an isolation is known', async () => {
    await importText(process(), 'isolations', 'person_id,started_at\np1,2021-08-01T00:00:00Z\n');
    expect(await importText(process(), 'people', personRow('p1,An,,vi'))).toMatchObject({ accepted: 1, new: 1 });

    expect(await nameOf('p1')).toBe('An');
    expect((await registeredAs('p1')).isolations.size).toBe(1);
  });

  it('registers a person whose key was stored before the import was killed', async () => {
    await process().base.sealing.createKey('p1', { source: 'cli' });
    expect(await importText(process(), 'people', personRow('p1,An,,vi'))).toMatchObject({ accepted: 1, new: 1 });

    expect(await nameOf('p1')).toBe('An');
    expect(store.all.filter(({ type }) => type === 'PersonKeyCreated')).toHaveLength(1);
  });

  it('takes the last of several rows about one person', async () => {
    const rows = personRow('p1,An,,vi\np1,An,,vi\np1,Binh,0912345678,vi');
    expect(await importText(process(), 'people', rows)).toMatchObject({ accepted: 3, new: 2 });

    expect(await nameOf('p1')).toBe('Binh');
  });

  it('is read first when it is imported again, and new rows at its end are still stored', async () => {
    const rows = Array.from({ length: 1_500 }, (_, i) => `p${i},,,vi`).join('\n');
    const described = Array.from({ length: 1_500 }, (_, i) => `cafe${i},Café,bar,1`).join('\n');
    await importText(process(), 'people', personRow(rows));
    await importText(process(), 'places', placeRow(described));
    const append = jest.spyOn(store, 'append');
    const again = await importText(process(), 'people', personRow(`${rows}\np-new,An,,vi`));
    const places = await importText(process(), 'places', placeRow(`${described}\ncafe-new,Café,bar,1`));

    expect([again, places]).toMatchObject([
      { accepted: 1_501, new: 1 },
      { accepted: 1_501, new: 1 },
    ]);
    // Those of the first rows, which are under way before anything is known.
    expect(append.mock.calls.length).toBeLessThan(1_500);
    expect(await nameOf('p-new')).toBe('An');
  });

  it('can be imported by two processes at the same time: every name can be read', async () => {
    const rows = personRow(Array.from({ length: 30 }, (_, i) => `p${i},Name ${i},,vi`).join('\n'));
    const both = await Promise.all([
      importText(process(), 'people', rows),
      importText(process(), 'people', rows),
      importText(process(), 'places', placeRow('cafe,Café,bar,1')),
      importText(process(), 'places', placeRow('cafe,Café,bar,1')),
    ]);

    expect(both.map(({ rejected }) => rejected)).toEqual([0, 0, 0, 0]);
    for (let i = 0; i < 30; i++) expect(await nameOf(`p${i}`)).toBe(`Name ${i}`);
    expect(store.all.filter(({ type }) => type.startsWith('Place'))).toHaveLength(1);
    expect(await importText(process(), 'people', rows)).toMatchObject({ accepted: 30, new: 0 });
  });
});
