import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createWatch } from '../../../src/entrypoints/api/app.js';
import { unbroken } from '../../../src/http/unbroken.js';
import { PassThrough } from 'node:stream';
import { json, ndjson, startApi, type RunningApi } from '../../support/api.js';

/** Simultaneous connections, and milliseconds for the head of a request. */
const FEW = { most: 3, headWithin: 400 };

const visit = { person_id: 'p1', place_id: 'cafe', arrived_at: '2021-08-01T09:00:00Z' };
const line = (more: object = {}) => JSON.stringify({ ...visit, ...more });

let api: RunningApi;
beforeAll(async () => {
  api = await startApi('a-key-of-the-test', { bodies: { within: 300, open: 5 } });
});
afterAll(() => api.app.close());

const key = { Authorization: 'Bearer a-key-of-the-test' };
const post = (path: string, init: RequestInit) =>
  fetch(`${api.url}${path}`, { ...init, headers: { ...(init.headers as object), ...key } });

/** A request that is never completed. Resolves with the answer that arrived before the connection closed. */
async function halfSent(head: string): Promise<string> {
  const socket = opened(head);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, 'close');
  return answer;
}

function opened(head: string): Socket {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(`${head}\r\nHost: 127.0.0.1\r\n\r\n`);
  return socket;
}

const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100';

describe('A body that never arrives', () => {
  it.each([
    ["with a contact's answer", `POST /a/token HTTP/1.1\r\n${form}`],
    [
      "with a provider's report",
      'POST /r/esms/tag HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json',
    ],
    [
      'with the key',
      'POST /v1/people HTTP/1.1\r\nAuthorization: Bearer a-key-of-the-test\r\nContent-Type: application/json\r\nContent-Length: 9',
    ],
  ])('%s is given up', async (_, head) => {
    expect(await halfSent(head)).toMatch(/^HTTP\/1\.1 408 .*did not arrive/s);
  });

  it('closes the connection if the request was refused before it', async () => {
    const batch = 'POST /v1/people HTTP/1.1\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked';
    expect(await halfSent(batch)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('closes the connection if a batch was answered before its end', async () => {
    const head = 'Authorization: Bearer a-key-of-the-test\r\nContent-Type: application/x-ndjson';
    const batch = `POST /v1/people?history=maybe HTTP/1.1\r\n${head}\r\nTransfer-Encoding: chunked`;
    expect(await halfSent(batch)).toMatch(/^HTTP\/1\.1 422 .*history/s);
  });

  it('shares a limit with the other bodies in progress, where no key is required', async () => {
    const waiting = Array.from({ length: 5 }, () => opened(`POST /a/token HTTP/1.1\r\n${form}`));
    await Promise.all(waiting.map((socket) => once(socket, 'connect')));
    const answers = await Promise.all(Array.from({ length: 3 }, () => halfSent(`POST /a/token HTTP/1.1\r\n${form}`)));

    expect(answers.some((answer) => answer.startsWith('HTTP/1.1 503 ') && /retry-after: 10/i.test(answer))).toBe(true);
    await Promise.all(waiting.map((socket) => (socket.closed ? Promise.resolve() : once(socket, 'close'))));
    expect((await fetch(`${api.url}/a/token`, { method: 'POST', body: 'x' })).status).toBe(404);
  });
});

describe.each<[string, () => Promise<INestApplication>]>([
  ['the API', async () => (await startApi(undefined, { connections: FEW })).app],
  [
    'the health of a part',
    async () => {
      const parts = { config: { serviceKey: undefined }, logger: pino({ level: 'silent' }), pings: {} };
      const app = await createWatch({ ...parts, registry: new Registry(), connections: FEW });
      await app.listen(0, '127.0.0.1');
      return app;
    },
  ],
])('A connection to %s', (_, start) => {
  let app: INestApplication;
  let port: number;
  beforeAll(async () => {
    app = await start();
    ({ port } = (app.getHttpServer() as { address(): AddressInfo }).address());
  });
  afterAll(() => app.close());

  it('is closed if the head of a request never ends, however often a line arrives', async () => {
    const began = Date.now();
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write('GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const slowly = setInterval(() => socket.write('X-More: x\r\n'), FEW.headWithin / 10);
    await once(socket, 'close').finally(() => clearInterval(slowly));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    // By default, Node checks for such connections only every thirty seconds.
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it('beyond the limit is closed at once, and the existing ones continue', async () => {
    const open = Array.from({ length: FEW.most }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    const beyond = connect(port, '127.0.0.1').on('error', () => undefined);
    beyond.resume();
    await once(beyond, 'close');
    const [first] = open;
    first?.write('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(String(((await once(first as Socket, 'data')) as Buffer[])[0])).toMatch(/^HTTP\/1\.1 200 /);
    open.forEach((socket) => socket.destroy());
  });
});

describe('A batch', () => {
  it('is given up if its next line does not arrive, but never while earlier lines are being stored', async () => {
    const batch = new PassThrough();
    const chunks = unbroken(batch, 50)[Symbol.asyncIterator]();
    batch.write('a');
    expect(String((await chunks.next()).value)).toBe('a');
    await new Promise((resolve) => setTimeout(resolve, 120));
    batch.write('b');
    expect(String((await chunks.next()).value)).toBe('b');

    await expect(chunks.next()).rejects.toThrow('No line arrived');
  });

  it('stores the lines after one that nests 30,000 deep', async () => {
    const deep = `{"person_id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    const response = await post('/v1/check-ins', ndjson(`${line()}\n${deep}\n${line({ place_id: 'bar' })}\n`));

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      accepted: 2,
      rejected: 1,
      errors: [{ row: 2, reason: expect.stringContaining('deep') }],
    });
  });

  it('in an encoding is refused with the reason', async () => {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson', 'Content-Encoding': 'gzip' } };
    const response = await post('/v1/check-ins', { ...init, body: gzipSync(line()) });

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('gzip') });
  });
});

describe('One row', () => {
  it('may be compressed', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const response = await post('/v1/check-ins', { method: 'POST', headers, body: gzipSync(line()) });

    expect(response.status).toBe(200);
  });

  it.each([
    ['that nests deeply', `{"person_id":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}`, 400, 'deep'],
    ['with a prototype', line().replace('{', '{"__proto__":{"left_at":"x"},'), 422, '__proto__'],
    ['with half a character', line({ person_id: 'x' }).replace('"x"', '"x\\ud800"'), 422, 'U+D800'],
    ['with an invisible character', line({ place_id: 'cafe\u200B' }), 422, 'U+200B'],
    ['whose place is a phone', line({ place_id: '0912 345 678' }), 422, 'phone number'],
    ['with a time of 64 kB', line({ arrived_at: `2021-08-01${' '.repeat(64_000)}x` }), 422, 'longer than 64'],
  ])('%s is refused with the reason', async (_, body, status, reason) => {
    const began = performance.now();
    const response = await post('/v1/check-ins', json(body));

    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(reason);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('of a person with an unreadable phone keeps the readable fields', async () => {
    const response = await post(
      '/v1/people',
      json({ person_id: 'p7', name: 'An', phone: 'none of it', language: 'en' }),
    );

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ outcome: 'new', errors: [{ field: 'phone' }] });
  });
});

describe('Every answer', () => {
  it.each(['/v1/people', '/health/live', '/metrics', '/nothing', '/docs'])(
    'of %s is not cached and runs no scripts',
    async (path) => {
      for (const headers of [key, {}]) {
        const { headers: given } = await fetch(`${api.url}${path}`, { headers });
        expect(given.get('cache-control')).toMatch(/no-store/);
        expect(given.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
        expect(given.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );
});
