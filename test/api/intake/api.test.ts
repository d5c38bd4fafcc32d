import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkListening } from '../../../src/http/authentication.js';
import { visitIdOf } from '../../../src/presence/ids.js';
import { importText, meansOver } from '../../support/ingest.js';
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

/** The documentation of every problem and its solution. */
const PROBLEMS = readFileSync('docs/problems.md', 'utf8');

async function problemOf(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(`${api.url}${path}`, init);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: expect.stringMatching(/^urn:truyvet:problem:[a-z-]+$/),
    status: response.status,
    title: expect.any(String),
  });
  expect(PROBLEMS).toContain(`### ${String(body['type']).replace('urn:truyvet:problem:', '')}\n`);
  return body;
}

describe('One row over HTTP', () => {
  it('is stored before it is answered, under the id that later corrections name', async () => {
    const response = await fetch(`${api.url}/v1/check-ins`, json({ ...visit, place_id: 'market' }));

    const visitId = visitIdOf('api', { personId: 'p1', placeId: 'market', arrivedAt: visit.arrived_at });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      outcome: 'accepted',
      visit_id: visitId,
      zone: 'Asia/Ho_Chi_Minh',
      zone_assumed: false,
    });
    expect(api.store.all.at(-1)).toMatchObject({ type: 'CheckedIn', data: { visitId }, provenance: { source: 'api' } });
  });

  it('changes nothing when it is sent again, except under a key', async () => {
    await fetch(`${api.url}/v1/check-ins`, json(visit));
    const before = api.store.all.length;
    await fetch(`${api.url}/v1/check-ins`, json(visit));
    expect(api.store.all).toHaveLength(before);

    await fetch(`${api.url}/v1/check-ins`, json(visit, { 'Idempotency-Key': 'k1' }));
    await fetch(`${api.url}/v1/check-ins`, json(visit, { 'Idempotency-Key': 'k1' }));
    expect(api.store.all).toHaveLength(before + 1);
  });

  it.each([
    ['people', { person_id: 'p9', name: 'An', phone: '0912345678' }],
    ['places', { place_id: 'c9', name: 'Cafe', kind: 'cafe', capacity: 12 }],
    ['proximity', { person_a: 'p9', person_b: 'p8', started_at: '2021-08-01T09:00Z', ended_at: '2021-08-01T09:05Z' }],
    [
      'results',
      { sample_id: 's9', person_id: 'p9', disease: 'covid-19', collected_at: '2021-08-01T09:00Z', result: 'positive' },
    ],
    ['isolations', { person_id: 'p9', started_at: '2021-08-01T09:00Z' }],
  ])('of %s says whether it was new', async (kind, row) => {
    const first = (await (await fetch(`${api.url}/v1/${kind}`, json(row))).json()) as { outcome: string };
    const second = (await (await fetch(`${api.url}/v1/${kind}`, json(row))).json()) as { outcome: string };

    expect([first.outcome, second.outcome]).toEqual(
      kind === 'proximity' ? ['accepted', 'accepted'] : ['new', 'unchanged'],
    );
  });

  it('with errors is refused with every field named, and stored not even in part', async () => {
    const body = await problemOf(
      '/v1/check-ins',
      json({ ...visit, arrived_at: '2021-08-01', place: 'x', place_id: 7 }),
    );

    expect(body['status']).toBe(422);
    expect(body['errors']).toMatchObject([
      { field: 'place_id', fix: expect.any(String) },
      { field: 'arrived_at', reason: expect.stringContaining('without a time') },
      { field: 'place', fix: expect.stringContaining('place_id') },
    ]);
    expect(api.store.all).toHaveLength(stored);
  });

  it('of a disease without a profile is refused by the field', async () => {
    const row = {
      sample_id: 's1',
      person_id: 'p1',
      disease: 'plague',
      collected_at: '2021-08-01T09:00Z',
      result: 'positive',
    };

    expect(await problemOf('/v1/results', json(row))).toMatchObject({ status: 422, errors: [{ field: 'disease' }] });
  });

  it.each([
    ['no JSON', json('{"person_id":'), 400],
    ['JSON that is not an object', json('[]'), 422],
    ['another content type', { method: 'POST', body: 'a=b', headers: { 'Content-Type': 'text/csv' } }, 415],
    ['no body', { method: 'POST' }, 415],
    ['too large a body', json({ ...visit, place_id: 'x'.repeat(200_000) }), 413],
    ['an empty key', json(visit, { 'Idempotency-Key': ' ' }), 422],
  ])('with %s is a problem that says what to do', async (_, init, status) => {
    expect(await problemOf('/v1/check-ins', init)).toMatchObject({ status, fix: expect.any(String) });
  });
});

describe('A batch over HTTP', () => {
  it('accepts the good lines and lists the others', async () => {
    const lines = [
      JSON.stringify({ ...visit, person_id: 'b1', arrived_at: '2021-08-01T09:00:00' }),
      '{"person_id":"b2"}',
      'no json',
      '',
      JSON.stringify({ ...visit, person_id: 'b3' }),
      'x'.repeat(70_000),
    ];
    const response = await fetch(`${api.url}/v1/check-ins`, ndjson(lines.join('\n')));

    expect(response.status).toBe(200);
    const body = (await response.json()) as { errors: { row: number; field: string }[] };
    expect(body).toMatchObject({ rows: 5, accepted: 2, rejected: 3, zone: 'Asia/Ho_Chi_Minh', zone_assumed: 1 });
    expect(body.errors.map(({ row, field }) => [row, field])).toEqual([
      [2, 'place_id'],
      [2, 'arrived_at'],
      [3, ''],
      [6, ''],
    ]);
    expect(api.store.all).toHaveLength(stored + 2);
  });

  it('of any length is accepted while it arrives, and lists a thousand errors at most', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) =>
      JSON.stringify({ ...visit, person_id: i < 1500 ? '' : `c${i}` }),
    );
    const body = (await (await fetch(`${api.url}/v1/check-ins`, ndjson(rows.join('\n')))).json()) as {
      errors: unknown[];
    };

    expect(body).toMatchObject({ rows: 3000, accepted: 1500, rejected: 1500, errors_left_out: 500 });
    expect(body.errors).toHaveLength(1000);
  });
});

describe('A recorded visit', () => {
  const visitId = visitIdOf('api', { personId: 'p1', placeId: 'cafe', arrivedAt: visit.arrived_at });
  const at = { person_id: 'p1', place_id: 'cafe', arrived_at: '2021-08-01T16:00:00+07:00' };

  it.each([
    ['check-out', { left_at: '2021-08-01T10:00:00Z' }, 'CheckedOut', { leftAt: '2021-08-01T10:00:00Z' }],
    ['correct', {}, 'VisitCorrected', { leftAt: null, seat: null }],
    ['correct', { seat: '12A' }, 'VisitCorrected', { leftAt: null, seat: '12A' }],
    ['retract', {}, 'VisitRetracted', {}],
  ])('is changed by %s, in its own stream: %j', async (change, said, type, data) => {
    // A separate visit: repeating a statement about the previous one would change nothing.
    const own = { ...at, place_id: `${change}-${Object.keys(said).join()}` };
    await fetch(`${api.url}/v1/check-ins`, json(own));
    const ownId = visitIdOf('api', { personId: 'p1', placeId: own.place_id, arrivedAt: visit.arrived_at });
    const { place_id: _, ...withoutPlace } = own;
    const body = change === 'retract' ? withoutPlace : { ...own, ...said };
    const response = await fetch(`${api.url}/v1/visits/${ownId}/${change}`, json(body));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ zone: 'Asia/Ho_Chi_Minh', zone_assumed: false });
    const facts = change === 'retract' ? {} : { placeId: own.place_id, arrivedAt: visit.arrived_at };
    expect(api.store.all.at(-1)).toMatchObject({
      ...{ type, stream: 'presence-p1-202108' },
      data: { visitId: ownId, personId: 'p1', ...facts, ...data },
    });
  });

  it('is answered with the zone in which a time without one was read', async () => {
    const local = { ...at, arrived_at: '2021-08-01T16:00:00', left_at: '2021-08-01T17:00:00' };
    for (const path of ['/v1/check-ins', `/v1/visits/${visitId}/check-out`, `/v1/visits/${visitId}/correct`]) {
      const response = await fetch(`${api.url}${path}`, json(local));
      expect(await response.json()).toMatchObject({ zone: 'Asia/Ho_Chi_Minh', zone_assumed: true });
    }
  });

  it('cannot last as long as a mistyped year would make it', async () => {
    const body = { ...at, left_at: '2023-08-01T10:00:00Z' };
    for (const change of ['check-out', 'correct']) {
      expect(await problemOf(`/v1/visits/${visitId}/${change}`, json(body))).toMatchObject({
        errors: [{ field: 'left_at', fix: expect.stringContaining('366 days') }],
      });
    }
  });

  it('may be named by the id that its source used in a file', async () => {
    const row = 'person_id,place_id,arrived_at,left_at,visit_id\nv9,cafe,2021-08-01T09:00:00Z,,door 7/å\n';
    const uuid = row.replaceAll('v9', 'v8').replace('door 7/å', '9f1b4c1e-7a52-4c58-9d0a-1f2e3d4c5b6a');
    for (const [text, name] of [
      [row, 'door 7/å'],
      [uuid, '9f1b4c1e-7a52-4c58-9d0a-1f2e3d4c5b6a'],
    ] as const) {
      await importText(meansOver(api.store), 'check-ins', text, { source: 'doors of the market' });
      const said = api.store.all.at(-1)?.data as { visitId: string; personId: string };
      const body = { ...at, person_id: said.personId, left_at: '2021-08-01T10:00:00Z' };
      const named = encodeURIComponent(name.normalize('NFD'));
      const response = await fetch(`${api.url}/v1/visits/${named}/check-out`, json(body));

      expect(response.status).toBe(200);
      expect(api.store.all.at(-1)).toMatchObject({ type: 'CheckedOut', data: { visitId: said.visitId } });
    }
  });

  it('may be named in a file by the id in the answer to its check-in', async () => {
    const answer = await fetch(`${api.url}/v1/check-ins`, json({ ...visit, person_id: 'v7' }));
    const { visit_id } = (await answer.json()) as { visit_id: string };
    const row = `person_id,place_id,arrived_at,left_at,visit_id\nv7,cafe,${visit.arrived_at},2021-08-01T10:00:00Z,${visit_id}\n`;
    await importText(meansOver(api.store), 'check-ins', row);

    expect(api.store.all.at(-1)?.data).toMatchObject({ visitId: visit_id, leftAt: '2021-08-01T10:00:00Z' });
  });

  it('must be named by an id of a visit of that person', async () => {
    expect(await problemOf('/v1/visits/v1/check-out', json({ ...at, left_at: at.arrived_at }))).toMatchObject({
      status: 422,
      errors: [{ field: 'visit_id' }],
    });
  });

  it('does not end before it began', async () => {
    const body = { ...at, left_at: '2021-08-01T08:59:59Z' };
    expect(await problemOf(`/v1/visits/${visitId}/check-out`, json(body))).toMatchObject({
      errors: [{ field: 'left_at' }],
    });
  });
});

describe('The API', () => {
  it('says where to look for an unknown path, and which methods a path accepts', async () => {
    expect(await problemOf('/v1/nothing')).toMatchObject({ status: 404, fix: expect.stringContaining('/docs') });
    expect(await problemOf('/v1/check-ins')).toMatchObject({ status: 405, fix: 'Use POST.' });
    expect(await problemOf('/health/live', json({}))).toMatchObject({ status: 405, fix: 'Use GET.' });
  });

  it('is ready when everything that it needs is ready, and otherwise names what is not', async () => {
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    api.pings['neo4j'] = () => Promise.reject(new Error('connection refused'));
    const response = await fetch(`${api.url}/health/ready`);
    api.pings['neo4j'] = () => Promise.resolve();

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ services: { neo4j: { up: false, problem: 'connection refused' } } });
  });

  it('says that it is degraded, and why, while answers may be incomplete', async () => {
    api.pings['graph'] = () => Promise.resolve({ degraded: '2 events are set aside' });
    const response = await fetch(`${api.url}/health/ready`);
    delete api.pings['graph'];

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'degraded',
      services: { graph: { up: true, degraded: true, problem: '2 events are set aside' } },
    });
  });

  it('counts rows and requests for Prometheus', async () => {
    await fetch(`${api.url}/v1/isolations`, json({ person_id: 'm1', started_at: '2021-08-01T09:00Z' }));
    await fetch(`${api.url}/v1/isolations`, json({}));
    const text = await (await fetch(`${api.url}/metrics`)).text();

    expect(text).toMatch(/truyvet_ingested_rows_total\{kind="isolations",outcome="accepted"\} [1-9]/);
    expect(text).toMatch(/truyvet_ingested_rows_total\{kind="isolations",outcome="rejected"\} 1/);
    expect(text).toMatch(/duration_seconds_count\{method="POST",route="\/v1\/isolations",status="200"\}/);
  });

  it('writes neither bodies nor ids to its log', async () => {
    await fetch(`${api.url}/v1/people`, json({ person_id: 'secretid', name: 'Nguyễn', phone: '0912345678' }));
    await fetch(`${api.url}/v1/people`, json({ person_id: 'secretid', name: 'Nguyễn', phone: '12' }));

    expect(api.lines.length).toBeGreaterThan(0);
    expect(api.lines.join('\n')).not.toMatch(/secretid|Nguy|0912345678/);
  });

  it('serves its description as a page and as JSON', async () => {
    expect(await (await fetch(`${api.url}/docs`)).text()).toContain('swagger');
    const document = (await (await fetch(`${api.url}/docs-json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/v1/visits/{visit_id}/retract');
  });

  it('answers on loopback only under a name of this machine, while it has no key', async () => {
    const { port } = new URL(api.url);
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/metrics', headers: { Host: 'rebound.example' } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });

    expect(status).toBe(421);
  });
});

describe('A service key', () => {
  const key = 'a-key-of-many-characters';

  it('is required for every request except the liveness check', async () => {
    const keyed = await startApi(key);
    try {
      const status = async (path: string, authorization?: string): Promise<number> => {
        const headers = authorization === undefined ? {} : { Authorization: authorization };
        return (await fetch(`${keyed.url}${path}`, { headers })).status;
      };
      expect(await status('/health/live')).toBe(200);
      expect(await status('/health/ready')).toBe(401);
      expect(await status('/docs')).toBe(401);
      expect(await status('/metrics', 'Bearer another-key-entirely')).toBe(401);
      expect(await status('/metrics', key)).toBe(401);
      expect(await status('/metrics', `Bearer ${key}`)).toBe(200);
      const refused = await fetch(`${keyed.url}/v1/check-ins`, json(visit));
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refused.json()).toMatchObject({ status: 401, fix: expect.stringContaining('Bearer') });
      expect(keyed.store.all).toHaveLength(0);
    } finally {
      await keyed.app.close();
    }
  });

  it('is required to listen on an address that others can reach', () => {
    expect(() => checkListening({ host: '0.0.0.0', serviceKey: undefined })).toThrow(/TRUYVET_SERVICE_KEY/);
    expect(() => checkListening({ host: '10.0.0.5', serviceKey: undefined })).toThrow(/10\.0\.0\.5/);
    expect(() => checkListening({ host: '0.0.0.0', serviceKey: key })).not.toThrow();
    for (const host of ['127.0.0.1', 'localhost', '::1']) {
      expect(() => checkListening({ host, serviceKey: undefined })).not.toThrow();
    }
  });
});
