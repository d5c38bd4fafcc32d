import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ReportsModule } from '../../../src/delivery/http/reports.module.js';
import { type DeliveryReport, parseProviders, readReportsOf } from '@truyvet/message-gateway';
import { MasterKey } from '../../../src/event-log/master-key.js';
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
const taken: [string, readonly DeliveryReport[]][] = [];
let api: RunningApi;

beforeAll(async () => {
  const module = ReportsModule.with({
    tagOf: (provider) => master.reportTag(provider),
    read: (provider, parts) => {
      const settings = [gateway, outbox].find((each) => each?.name === provider);
      return settings && readReportsOf(settings, parts);
    },
    take: async (provider, reports) => void taken.push([provider, reports]),
  });
  api = await startApi(KEY, { modules: [module] });
});
afterAll(() => api.app.close());
beforeEach(() => void taken.splice(0));

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
    expect(taken).toMatchObject([
      [
        'gateway',
        [
          { reference: 'a', status: 'network-delivered' },
          { reference: 'b', status: 'failed' },
        ],
      ],
    ]);
  });

  it.each([
    ['with the URL of another provider', 'gateway', master.reportTag('outbox')],
    ['with a guess', 'gateway', 'x'.repeat(22)],
    ['for an unknown provider', 'nobody', master.reportTag('nobody')],
  ])('is not found %s', async (_, provider, tag) => {
    await say(provider, tag).expect(404);
    expect(taken).toEqual([]);
  });

  it('is ignored for a provider that reports in another way', async () => {
    await say('outbox').expect(200, { taken: 0 });
  });
});
