import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { ApiSettings } from '../../../src/entrypoints/api/app.js';
import { mountConsole } from '../../../src/console/http/pages.js';
import { json, startApi, type RunningApi } from '../../support/api.js';

const KEY = 'a-key:with-a-colon-in-it';
const basic = (password: string) => `Basic ${Buffer.from(`lan:${password}`).toString('base64')}`;
const pages: ApiSettings['pages'] = (app) => mountConsole(app);
const person = { person_id: 'p1', name: 'An' };

let api: RunningApi;
let open: RunningApi;
beforeAll(async () => {
  api = await startApi(KEY, { pages });
  open = await startApi(undefined, { pages });
});
afterAll(async () => {
  await api.app.close();
  await open.app.close();
});

describe('Authentication in a browser', () => {
  it('asks for the key with a page, and accepts it as the password of any user', async () => {
    const refused = await request(api.url).get('/console/').expect(401);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic realm=/);
    expect(refused.body).toMatchObject({ fix: expect.stringContaining('password') });
    await request(api.url).get('/console/').set('Authorization', basic(KEY)).expect(200);
    await request(api.url)
      .get('/queues/')
      .expect('www-authenticate', /^Basic /)
      .expect(401);
  });

  it('asks in the same words for requests from the page', async () => {
    const refused = await fetch(`${api.url}/v1/operations/alerts`);
    expect(refused.headers.get('www-authenticate')).toMatch(/Bearer, Basic realm=/);
  });

  it.each(['another-key-entirely', '', `${KEY}x`])('does not accept %p as the key', async (password) => {
    await request(api.url).get('/console/').set('Authorization', basic(password)).expect(401);
  });

  it.each(['Basic !', `Basic ${Buffer.from(KEY).toString('base64').replace(/=+$/, '')}`, 'Basic'])(
    'refuses access with %p',
    async (authorization) => {
      await request(api.url).get('/metrics').set('Authorization', authorization).expect(401);
    },
  );

  it.each<[string, Record<string, string>, number]>([
    ['from its own page', { 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['typed by a person', { 'Sec-Fetch-Site': 'none' }, 200],
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['from another origin of the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['from another origin, by an older browser', { Origin: 'https://evil.example' }, 403],
    ['from an opaque origin', { Origin: 'null' }, 403],
    ['from a program', {}, 200],
  ])('accepts or refuses a change %s', async (_, headers, status) => {
    const change = { ...headers, Authorization: basic(KEY) };
    expect((await fetch(`${api.url}/v1/people`, json(person, change))).status).toBe(status);
    // The same applies without a key: the browser of this machine can reach the API.
    expect((await fetch(`${open.url}/v1/people`, json(person, headers))).status).toBe(status);
  });

  it('accepts a change from its own origin by an older browser', async () => {
    const headers = { Origin: api.url, Authorization: basic(KEY) };
    expect((await fetch(`${api.url}/v1/people`, json(person, headers))).status).toBe(200);
  });

  it('accepts a change from anywhere with a bearer token, which no page sends automatically', async () => {
    const headers = { Origin: 'https://evil.example', Authorization: `Bearer ${KEY}` };
    expect((await fetch(`${api.url}/v1/people`, json(person, headers))).status).toBe(200);
  });
});

describe('The console', () => {
  it('caches files whose names change, revalidates the page, and loads nothing from elsewhere', async () => {
    const page = await request(open.url).get('/console/').expect(200).expect('cache-control', 'no-cache');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    const script = /src="([^"]+\.js)"/.exec(page.text)?.[1] ?? '';
    await request(open.url)
      .get(script)
      .expect(200)
      .expect('cache-control', /immutable/);
    await request(open.url).get('/console').expect(301);
    await request(open.url).get('/console/../package.json').expect(404);
  });
});
