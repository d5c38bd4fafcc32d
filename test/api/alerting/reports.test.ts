import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { REPORT_QUEUE, reportQueue } from '../../../src/delivery/reports.js';
import { ReportsModule } from '../../../src/delivery/http/reports.module.js';
import { parseProviders, readReportsOf } from '@truyvet/message-gateway';
import { MasterKey } from '../../../src/event-log/master-key.js';
import { Contexts } from '../../../src/requests/context.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryQueues } from '../../support/memory-queues.js';
import { startApi, type RunningApi } from '../../support/api.js';

const KEY = 'a-key-of-sixteen-characters';
const master = new MasterKey(Buffer.alloc(32, 1));
const [gateway, outbox] = parseProviders(
  [
    {
      ...{
        type: 'http',
        name: 'gateway',
        url: 'http://127.0.0.1/send',
        body: { json: { to: '{to}', text: '{text}' } },
      },
      reports: { list: '/reports', reference: '/id', status: '/state', delivered: ['ok'], failed: ['gone'] },
    },
    { type: 'outbox' },
  ],
  'providers.json',
);
const queues = new MemoryQueues();
let api: RunningApi;

beforeAll(async () => {
  const store = new MemoryEventStore();
  const module = ReportsModule.with({
    contexts: new Contexts(
      { store, ...keysOf(store), zone: 'UTC' },
      { [reportQueue.name]: queues.queue(REPORT_QUEUE) },
    ),
    tagOf: (provider) => master.reportTag(provider),
    read: (provider, parts) => {
      const settings = [gateway, outbox].find((each) => each?.name === provider);
      return settings && readReportsOf(settings, parts);
    },
  });
  api = await startApi(KEY, { modules: [module] });
});
afterAll(() => api.app.close());
beforeEach(() => void queues.added.splice(0));

const say = (provider: string, tag = master.reportTag(provider)) =>
  request(api.url)
    .post(`/r/${provider}/${tag}`)
    .send({
      reports: [
        { id: 'a', state: 'ok' },
        { id: 'b', state: 'gone' },
      ],
    });

describe('What a provider reports over HTTP', () => {
  it('is accepted without a service key, at the URL that the provider was given', async () => {
    await say('gateway').expect(200, { taken: 2 });
    expect(queues.added).toMatchObject([
      { queue: 'alert-reports', data: { provider: 'gateway', reference: 'a', status: 'network-delivered' } },
      { queue: 'alert-reports', data: { provider: 'gateway', reference: 'b', status: 'failed' } },
    ]);
  });

  it('is queued once, however often the provider repeats it', async () => {
    await say('gateway').expect(200);
    await say('gateway').expect(200);
    expect(new Set(queues.added.map(({ jobId }) => jobId)).size).toBe(2);
    expect(queues.added).toHaveLength(4);
  });

  it.each([
    ['with the URL of another provider', 'gateway', master.reportTag('outbox')],
    ['with a guess', 'gateway', 'x'.repeat(22)],
    ['for an unknown provider', 'nobody', master.reportTag('nobody')],
  ])('is not found %s', async (_, provider, tag) => {
    await say(provider, tag).expect(404);
    expect(queues.added).toEqual([]);
  });

  it('is ignored for a provider that reports in another way', async () => {
    await say('outbox').expect(200, { taken: 0 });
  });
});
