import { beforeEach, describe, expect, it } from '@jest/globals';
import { readerOf } from '../../support/rows.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Means } from '../../../src/requests/context.js';
import { visitIdOf } from '../../../src/presence/ids.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
let means: Means;
beforeEach(() => {
  store = new MemoryEventStore();
  means = meansOver(store);
});

const ARRIVED = '2021-08-01T09:00:00Z';
const group = { place_id: 'cafe', arrived_at: ARRIVED };
const people = () => store.all.map(({ data }) => (data as { personId: string }).personId).sort();
const read = (row: object) => readerOf('check-ins', 'UTC').readEach(row);

describe('A check-in of a group', () => {
  it.each<[string, object]>([
    ['a text', { ...group, person_ids: 'p1|p2| p3 ' }],
    ['a list', { ...group, person_ids: ['p1', 'p2', 'p3'] }],
    ['a list beside the person of the phone', { ...group, person_id: 'p1', person_ids: ['p2', 'p3', 'p1'] }],
    ['a text with repeats and gaps', { ...group, person_ids: 'p1||p2|p1|p3|' }],
  ])('is a visit of each person, once, named by %s', async (_, row) => {
    const summary = await importText(means, 'check-ins', JSON.stringify(row));
    expect(summary).toMatchObject({ rows: 1, accepted: 1, rejected: 0 });
    expect(people()).toEqual(['p1', 'p2', 'p3']);
    const first = store.all.find(({ stream }) => stream.startsWith('presence-p1-'));
    expect(first).toMatchObject({
      data: { visitId: visitIdOf('cli', { personId: 'p1', placeId: 'cafe', arrivedAt: ARRIVED }), placeId: 'cafe' },
    });
  });

  it("distinguishes its people's visits under one id of the caller, and changes nothing the second time", async () => {
    const text = 'person_ids,place_id,arrived_at,left_at,visit_id\np1|p2,cafe,2021-08-01T09:00:00Z,,v1\n';
    await importText(means, 'check-ins', text);
    await importText(means, 'check-ins', text);
    expect(new Set(store.all.map(({ data }) => (data as { visitId: string }).visitId)).size).toBe(2);
    expect(store.all).toHaveLength(2);
  });

  it('may be in a file beside check-ins of one person', async () => {
    const text = `person_id,person_ids,place_id,arrived_at,left_at\np1,,cafe,${ARRIVED},\n,p2|p3,cafe,${ARRIVED},\n`;
    expect(await importText(means, 'check-ins', text)).toMatchObject({ rows: 2, accepted: 2 });
    expect(people()).toEqual(['p1', 'p2', 'p3']);
  });

  it('is refused for the people with wrong ids, each named, and accepted for the others', async () => {
    const row = JSON.stringify({ ...group, person_ids: ['p1', '0912345678', 'p2', 'x'.repeat(101)] });
    const summary = await importText(means, 'check-ins', row);
    expect(summary).toMatchObject({ rows: 1, accepted: 0, rejected: 1 });
    expect(summary.refused).toEqual([
      {
        number: 1,
        complaints: [
          {
            column: 'person_ids',
            reason: expect.stringMatching(/^names "0912345678", which looks like a phone number/),
            fix: expect.any(String),
          },
          {
            column: 'person_ids',
            reason: expect.stringMatching(/^names "x+", which is longer/),
            fix: expect.any(String),
          },
        ],
      },
    ]);
    expect(people()).toEqual(['p1', 'p2']);
  });

  it('is refused for a person who was erased, by name, and accepted for the others', async () => {
    store.erase('presence-p2-202108');
    const summary = await importText(means, 'check-ins', JSON.stringify({ ...group, person_ids: 'p1|p2|p3' }));
    expect(summary.refused).toMatchObject([
      {
        number: 1,
        complaints: [{ column: 'person_ids', reason: expect.stringMatching(/^names "p2", which is about/) }],
      },
    ]);
    expect(people()).toEqual(['p1', 'p3']);
  });

  it('reports once what is wrong for all of its people', () => {
    expect(read({ ...group, person_ids: 'p1|p2', arrived_at: '2021-08-01' })).toMatchObject({
      rows: [],
      complaints: [{ column: 'arrived_at' }],
    });
  });

  it.each<[unknown, string]>([
    ['|', 'names nobody'],
    [[], 'names nobody'],
    [7, 'is not a list of ids'],
    [['p1', 7], 'is not a list of ids'],
    [{ a: 'p1' }, 'is not a list of ids'],
  ])('names people by their ids (%j)', (ids, reason) => {
    expect(read({ ...group, person_ids: ids })).toMatchObject({
      rows: [],
      complaints: [{ column: 'person_ids', reason }],
    });
  });

  it('is not a column of other kinds, and replaces person_id only if that is missing', async () => {
    const isolations = 'person_ids,started_at\np1|p2,2021-08-01T09:00:00Z\n';
    await expect(importText(means, 'isolations', isolations)).rejects.toThrow(/person_id/);
    await expect(importText(means, 'check-ins', 'place_id,arrived_at,left_at\n')).rejects.toThrow(/lacks.*person_id/);
  });

  it('that is refused can be corrected in the file of refused rows and imported again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'groups-'));
    const rejectsPath = join(folder, 'rejects.csv');
    try {
      const header = 'person_ids,place_id,arrived_at,left_at\n';
      await importText(means, 'check-ins', `${header}p1|0912345678,cafe,${ARRIVED},\n`, { rejectsPath });
      const corrected = (await readFile(rejectsPath, 'utf8')).replace('p1|0912345678,', 'p1|p2,');
      expect(await importText(means, 'check-ins', corrected)).toMatchObject({ accepted: 1, rejected: 0 });
      expect(people()).toEqual(['p1', 'p2']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
