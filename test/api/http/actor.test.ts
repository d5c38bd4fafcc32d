import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { RequestsModule } from '../../../src/http/bind.js';
import { PLACE_REQUESTS } from '../../../src/places/requests.js';
import { Contexts } from '../../../src/requests/context.js';
import { startApi, type RunningApi } from '../../support/api.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const KEY = 'a-key-of-sixteen-characters';
const store = new MemoryEventStore();
let api: RunningApi;
beforeAll(async () => {
  const contexts = new Contexts({ store, ...keysOf(store), zone: 'UTC' });
  api = await startApi(KEY, { modules: [await RequestsModule.with(PLACE_REQUESTS, contexts)] });
});
afterAll(() => api.app.close());

it('A command that asks for no name is kept as done by the holder of the service key', async () => {
  await request(api.url)
    .post('/v1/place-kinds/bus')
    .set('Authorization', `Bearer ${KEY}`)
    .send({ stay_minutes: 30 })
    .expect(200);
  expect(store.all.map(({ type, provenance }) => [type, provenance.actor])).toEqual([
    ['PlaceKindRuled', { who: 'service-key', as: 'service-key', through: 'api' }],
  ]);
});
