import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { createApi } from '../../../src/entrypoints/api/app.js';
import { OutOfStep } from '../../../src/contact-graph/checkpoints.js';
import type { PresentAfter, PresentFacts, QuestionGraph } from '../../../src/investigation/question-ports.js';
import { RequestsModule } from '../../../src/http/bind.js';
import { questionGraph } from '../../../src/investigation/question-context.js';
import { QUESTIONS } from '../../../src/investigation/requests.js';
import { Contexts } from '../../../src/requests/context.js';
import { knownIds } from '../../../src/requests/known-ids.js';
import { keysOf } from '../../support/asking.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const NINE = 1_627_808_400;

const visits: PresentFacts[] = Array.from({ length: 5 }, (_, i) => ({
  personId: `p${i}`,
  visit: i,
  since: NINE + 60 * i,
  from: NINE + 60 * i,
  to: NINE + 3600,
  open: i === 4,
}));

const asked: unknown[] = [];
const graph: Partial<QuestionGraph> = {
  goesBy: () => Promise.resolve((record) => record),
  knowsPlace: (id) => Promise.resolve(id === 'cafe'),
  present: (placeId, window, { after, limit }) => {
    asked.push({ placeId, window });
    if (placeId === 'rebuilt') return Promise.reject(new OutOfStep('the graph was rebuilt'));
    if (placeId === 'away') {
      return Promise.reject(Object.assign(new Error('refused'), { name: 'Neo4jError', code: 'ServiceUnavailable' }));
    }
    const beyond = (each: PresentFacts, last: PresentAfter) => each.since > last.since;
    const rest = placeId === 'cafe' ? visits.filter((each) => !after || beyond(each, after)) : [];
    return Promise.resolve(rest.slice(0, limit));
  },
};

let app: INestApplication;
let url: string;
beforeAll(async () => {
  const store = new MemoryEventStore();
  const base = { store, ...keysOf(store), zone: 'Asia/Ho_Chi_Minh' };
  const contexts = new Contexts(base, { [questionGraph.name]: graph, [knownIds.name]: graph });
  ({ app } = await createApi({
    config: { zone: 'Asia/Ho_Chi_Minh', serviceKey: undefined },
    logger: pino({ level: 'silent' }),
    means: meansOver(store),
    pings: {},
    modules: [await RequestsModule.with(QUESTIONS, contexts)],
    registry: new Registry(),
  }));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  url = `http://127.0.0.1:${port}/v1/questions`;
});
afterAll(() => app.close());

async function get(path: string): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/${path}`);
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> };
}

const WINDOW = 'from=2021-08-01T16:00:00&until=2021-08-01T10:00:00Z';

describe('A question over HTTP', () => {
  it('is answered page by page, with times in UTC and imputed ends marked', async () => {
    const people: unknown[] = [];
    let next: unknown = '';
    let pages = 0;
    while (next !== null) {
      const { status, body } = await get(
        `at?place=cafe&${WINDOW}&limit=2${next === '' ? '' : `&cursor=${String(next)}`}`,
      );
      expect(status).toBe(200);
      people.push(...(body['items'] as unknown[]));
      next = body['next'];
      pages++;
    }
    expect(pages).toBe(3);
    expect(people).toHaveLength(5);
    expect(people[0]).toEqual({
      person: 'p0',
      from: '2021-08-01T09:00:00Z',
      to: '2021-08-01T10:00:00Z',
      imputed: false,
    });
    expect(people[4]).toMatchObject({ person: 'p4', imputed: true });
  });

  it('reads times without an offset in the zone of the installation', async () => {
    await get(`at?place=cafe&${WINDOW}`);
    expect(asked.at(-1)).toEqual({ placeId: 'cafe', window: { from: NINE, until: NINE + 3600 } });
  });

  it('with errors is a problem that names every parameter', async () => {
    const { status, type, body } = await get('at?plaice=cafe&from=2021-08-01&until=x&limit=0&cursor=%7B');
    expect(status).toBe(422);
    expect(type).toMatch(/^application\/problem\+json/);
    expect(body['errors']).toMatchObject([
      { field: 'place', reason: 'is missing', fix: expect.stringContaining('the place') },
      { field: 'from', reason: expect.stringContaining('without a time') },
      { field: 'until', reason: expect.stringContaining('not an ISO 8601 time') },
      { field: 'limit', reason: 'is below 1' },
      { field: 'cursor', reason: 'is not a cursor' },
      { field: 'plaice', fix: 'Did you mean place?' },
    ]);
  });

  it.each([
    ['a parameter given twice', `at?place=a&place=b&${WINDOW}`, 'place'],
    ['a window that ends before it begins', 'at?place=cafe&from=2021-08-02T00:00Z&until=2021-08-01T00:00Z', 'until'],
    [
      'the cursor of another question',
      `at?place=cafe&${WINDOW}&cursor=${Buffer.from('[1]').toString('base64url')}`,
      'cursor',
    ],
    ['too large a page size', `at?place=cafe&${WINDOW}&limit=1001`, 'limit'],
    ['no case', 'contacts', 'person'],
    ['neither cases nor a disease', 'common', 'cases'],
  ])('with %s is refused by the parameter', async (_, path, field) => {
    expect(await get(path)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('about something unknown is answered with 404, and with what to do', async () => {
    expect(await get(`at?place=nowhere&${WINDOW}`)).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('nowhere'), fix: expect.any(String) },
    });
  });

  it.each(['rebuilt', 'away'])('while the graph is %s is answered with 503', async (place) => {
    expect(await get(`at?place=${place}&${WINDOW}`)).toMatchObject({
      status: 503,
      type: expect.stringContaining('problem+json'),
      body: { fix: expect.stringContaining('Try again later') },
    });
  });
});
