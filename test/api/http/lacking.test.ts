import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LACKING } from '../../../src/http/lacking.js';
import { json, startApi, type RunningApi } from '../../support/api.js';

let api: RunningApi;
let lacking = 0;
beforeAll(async () => {
  api = await startApi(undefined, { lacking: () => lacking });
});
afterAll(() => api.app.close());

const header = async (path: string, init?: RequestInit) =>
  (await fetch(`${api.url}${path}`, init)).headers.get(LACKING);
const row = json({ person_id: 'an', started_at: '2021-08-01T09:00:00Z' });

it('Each answer says how many events are set aside, and does not mention it while there are none', async () => {
  expect(LACKING).toBe('Truyvet-Set-Aside');
  expect(await header('/v1/isolations', row)).toBeNull();
  lacking = 2;
  expect(await header('/v1/isolations', row)).toBe('2');
  // Requests about the process itself do not depend on events.
  expect(await header('/health/live')).toBeNull();
});
