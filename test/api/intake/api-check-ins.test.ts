import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { visitIdOf } from '../../../src/presence/ids.js';
import { json, ndjson, startApi, type RunningApi } from '../../support/api.js';

const visit = { person_id: 'p1', place_id: 'cafe', arrived_at: '2021-08-01T09:00:00Z', left_at: null };

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.app.close());
let stored: number;
beforeEach(() => {
  stored = api.store.all.length;
});

describe('Presence that is older than the retention', () => {
  const old = { ...visit, person_id: 'h1' };
  const facts = { person_id: 'h1', place_id: 'cafe', arrived_at: old.arrived_at };
  const visitId = visitIdOf('api', { personId: 'h1', placeId: 'cafe', arrivedAt: old.arrived_at });

  it.each<[string, RequestInit]>([
    ['/v1/check-ins', json(old)],
    [`/v1/visits/${visitId}/check-out`, json({ ...facts, left_at: old.arrived_at })],
    [`/v1/visits/${visitId}/correct`, json(facts)],
  ])('is refused at %s unless the request says that it is history', async (path, init) => {
    const config = { zone: 'UTC', serviceKey: undefined, retentionDays: 30 };
    const keeping = await startApi(undefined, { config, now: () => Date.parse('2021-09-01T00:00:00Z') });
    try {
      const refused = await fetch(`${keeping.url}${path}`, init);
      expect(await refused.json()).toMatchObject({
        status: 422,
        errors: [{ field: 'arrived_at', fix: expect.stringContaining('history=true') }],
      });
      expect((await fetch(`${keeping.url}${path}?history=no`, init)).status).toBe(422);
      expect(keeping.store.all).toHaveLength(0);
      expect((await fetch(`${keeping.url}${path}?history=true`, init)).ok).toBe(true);
      expect(keeping.store.all).toHaveLength(1);
    } finally {
      await keeping.app.close();
    }
  });

  it('is refused line by line in a batch, unless the whole batch is history', async () => {
    const config = { zone: 'UTC', serviceKey: undefined, retentionDays: 30 };
    const keeping = await startApi(undefined, { config, now: () => Date.parse('2021-09-01T00:00:00Z') });
    try {
      const lines = ndjson(`${JSON.stringify(old)}\n${JSON.stringify({ ...old, arrived_at: '2021-08-31T00:00Z' })}`);
      const taken = async (query: string) => (await fetch(`${keeping.url}/v1/check-ins${query}`, lines)).json();
      expect(await taken('')).toMatchObject({ accepted: 1, errors: [{ row: 1, field: 'arrived_at' }] });
      expect(await taken('?history=true')).toMatchObject({ accepted: 2, rejected: 0 });
    } finally {
      await keeping.app.close();
    }
  });
});

describe('A group check-in over HTTP', () => {
  const family = { place_id: 'cafe', arrived_at: visit.arrived_at };
  const post = (body: unknown) => fetch(`${api.url}/v1/check-ins/group`, json(body));
  const idOf = (personId: string) => visitIdOf('api', { personId, placeId: 'cafe', arrivedAt: visit.arrived_at });

  it('is answered with the visit of each person, and changes nothing when it is sent again', async () => {
    const body = { ...family, person_ids: ['g1', 'g2'] };
    const expected = {
      visits: ['g1', 'g2'].map((id) => ({ person_id: id, visit_id: idOf(id) })),
      errors: [],
    };
    const place = { code: 'place-not-described', field: 'place_id', about: 'cafe', says: expect.any(String) };
    const person = (about: string) => ({ ...place, code: 'person-first-seen', field: 'person_id', about });
    const first = (await (await post(body)).json()) as object;
    expect(first).toEqual({ ...expected, warnings: [person('g1'), place, person('g2')] });
    // A person with a check-in is now known.
    expect(await (await post(body)).json()).toEqual({ ...expected, warnings: [place] });
    expect(api.store.all).toHaveLength(stored + 2);
  });

  it('names the people whom it refuses, and accepts the others', async () => {
    const response = await post({ ...family, person_ids: 'g3|0912345678' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      visits: [{ person_id: 'g3' }],
      errors: [{ field: 'person_ids', reason: expect.stringContaining('0912345678') }],
    });
  });

  it.each([
    ['nobody', family, 'person_ids'],
    ['only people who cannot be accepted', { ...family, person_ids: '0912345678' }, 'person_ids'],
    ['people without a place', { person_ids: ['g4'], arrived_at: visit.arrived_at }, 'place_id'],
  ])('of %s is refused', async (_, body, field) => {
    const response = await post(body);
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ field }] });
    expect(api.store.all).toHaveLength(stored);
  });

  it('is referred to its own path, and accepted as a line of a batch', async () => {
    const body = { ...family, person_ids: ['g5', 'g6'] };
    const single = await fetch(`${api.url}/v1/check-ins`, json(body));
    expect(await single.json()).toMatchObject({
      errors: [{ field: 'person_ids', fix: expect.stringContaining('/v1/check-ins/group') }],
    });
    const batch = await fetch(`${api.url}/v1/check-ins`, ndjson(JSON.stringify(body)));
    expect(await batch.json()).toMatchObject({ rows: 1, accepted: 1 });
    expect(api.store.all).toHaveLength(stored + 2);
  });
});

describe('Check-ins over HTTP with more rules of a tenant', () => {
  it('end stays elsewhere and become one visit when scanned twice, one by one and as a batch', async () => {
    const config = { zone: 'UTC', serviceKey: undefined, closeByNext: true, doubleScanMinutes: 5 };
    const { app, url, store } = await startApi(undefined, { config });
    try {
      const idOf = async (row: object) =>
        ((await (await fetch(`${url}/v1/check-ins`, json({ ...visit, ...row }))).json()) as { visit_id: string })
          .visit_id;
      const first = await idOf({});
      expect(await idOf({ arrived_at: '2021-08-01T09:02:00Z' })).toBe(first);
      const lines = ['09:30', '09:31'].map((time) =>
        JSON.stringify({ ...visit, place_id: 'market', arrived_at: `2021-08-01T${time}:00Z` }),
      );
      const response = await fetch(`${url}/v1/check-ins`, ndjson(lines.join('\n')));
      expect(await response.json()).toMatchObject({ rows: 2, accepted: 2, rejected: 0 });
      expect(store.all.map(({ type }) => type)).toEqual(['CheckedIn', 'CheckedIn', 'CheckedOut']);
      expect(store.all[2]).toMatchObject({ data: { visitId: first, leftAt: '2021-08-01T09:30:00Z' } });
    } finally {
      await app.close();
    }
  });
});
