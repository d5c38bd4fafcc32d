import { anyStream } from '../../support/events.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { PreviewModule } from '../../../src/entrypoints/api/preview.js';
import { loadRows } from '../../../src/entrypoints/boot.js';
import type { Preview } from '../../../src/investigation/preview.js';
import { pingClock, showClock } from '../../../src/http/clock.js';
import { ClockedStore } from '../../../src/event-log/clocked-store.js';
import { ClockGuard } from '../../../src/event-log/clock-guard.js';
import { knownOperatorOrders } from '../../../src/delivery/known-operator-orders.js';
import { OPERATION_REQUESTS } from '../../../src/operations/requests.js';
import { Contexts } from '../../../src/requests/context.js';
import { RequestsModule } from '../../../src/http/bind.js';
import { keysOf } from '../../support/asking.js';
import { operationTools } from '../../../src/operations/open.js';
import { json, ndjson, startApi, type RunningApi } from '../../support/api.js';
import { meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const DAY = 86_400_000;
const START = Date.parse('2026-11-20T01:00:00Z');
const order = { by: 'Lan', reason: 'the clock of the wall says so' };
const visit = { person_id: 'p1', place_id: 'cafe', arrived_at: '2026-11-27T09:00:00+07:00', left_at: null };

let log: MemoryEventStore;
let now: number;
let registry: Registry;
let api: RunningApi;
/** The office was closed; the process checks its clock for the first time since then. */
beforeEach(async () => {
  log = new MemoryEventStore();
  now = START;
  log.now = () => now;
  registry = new Registry();
  const clock = new ClockGuard(log, () => now, 'Asia/Ho_Chi_Minh');
  const store = new ClockedStore(log, clock);
  showClock(clock, registry);
  api = await startApi(undefined, {
    clock,
    registry,
    now: () => now,
    means: meansOver(store),
    pings: { clock: () => pingClock(clock) },
    modules: [
      await RequestsModule.with(
        OPERATION_REQUESTS,
        new Contexts(
          { store, ...keysOf(store), clock, now: () => now, zone: 'Asia/Ho_Chi_Minh' },
          { [operationTools.name]: { store, operations: knownOperatorOrders(store), providers: ['one'] } },
        ),
      ),
      PreviewModule.with(
        {
          means: meansOver(store),
          zone: 'UTC',
          limits: {},
          previewOf: () => Promise.resolve({ told: ['An'] } as Partial<Preview> as Preview),
        },
        await loadRows(),
      ),
    ],
  });
  const event = { type: 'PersonIsolated' as const, data: { personId: 'An', startedAt: '2026-11-20T00:00:00Z' } };
  await log.append(anyStream('person-An'), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
  now += 8 * DAY;
});
afterEach(() => api.app.close());

async function answer(path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${api.url}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const post = (path: string, body: object) => answer(`/v1/operations/${path}`, json(body));
const metric = async () => /^truyvet_clock_in_doubt (\d)$/m.exec(await registry.metrics())?.[1];

describe('An API whose clock is in doubt', () => {
  it('accepts no row and no batch, says why and what to do under a separate code, and accepts them after confirmation', async () => {
    const refused = {
      status: 503,
      body: {
        type: 'urn:truyvet:problem:clock-in-doubt',
        title: 'The clock is in doubt',
        status: 503,
        detail: expect.stringMatching(
          /it says 2026-11-28 .* 8 days later than the last event of the log \(2026-11-20 /,
        ),
        fix: expect.stringContaining('npx truyvet clock confirm --by NAME --reason TEXT'),
      },
    };
    expect(await answer('/v1/check-ins', json(visit))).toEqual(refused);
    expect(await answer('/V1/Check-ins', json(visit))).toEqual(refused);
    expect(await answer('/v1/check-ins', ndjson(`${JSON.stringify(visit)}\n`))).toEqual(refused);
    // It is not refused for good as a row from the future, either.
    expect(await answer('/v1/check-ins', json({ ...visit, arrived_at: '2031-01-01T00:00:00Z' }))).toEqual(refused);
    expect(await answer('/v1/check-ins/group', json({ ...visit, person_ids: ['p1', 'p2'] }))).toEqual(refused);

    expect(await post('clock/confirm', order)).toMatchObject({ status: 200, body: { outcome: 'new' } });
    expect(await post('clock/confirm', order)).toMatchObject({ status: 200, body: { outcome: 'unchanged' } });
    expect(await answer('/v1/check-ins', json(visit))).toMatchObject({ status: 200 });
    expect(log.all.filter(({ type }) => type === 'ClockConfirmed')).toMatchObject([
      {
        data: { reason: order.reason, clock: '2026-11-28T01:00:00Z' },
        provenance: { source: 'api', actor: { who: 'Lan', as: 'unverified', through: 'api' } },
      },
    ]);
  });

  it('reports it in its readiness, its metrics and to operators, whose commands wait except for a pause', async () => {
    const ready = await answer('/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'degraded', services: { clock: { up: true, problem: expect.stringContaining('in doubt') } } },
    });
    expect(await metric()).toBe('1');
    const { body } = await answer('/v1/operations/clock');
    expect(body).toMatchObject({
      ...{ clock: '2026-11-28T01:00:00.000Z', last_event: '2026-11-20T01:00:00.000Z' },
      doubt: { direction: 'ahead', known: '2026-11-20T01:00:00.000Z', says: expect.stringContaining('8 days later') },
    });
    expect(await post('alerts/pause', order)).toMatchObject({ status: 200, body: { outcome: 'new' } });
    expect(await post('alerts/resume', order)).toMatchObject({ status: 503 });
    expect(await post('clock/confirm', { by: ' ' })).toMatchObject({ status: 422 });
    expect(await post('clock/confirm', order)).toMatchObject({ status: 200 });
    expect(await post('alerts/resume', order)).toMatchObject({ status: 200 });
    expect(await answer('/health/ready')).toMatchObject({ body: { status: 'ok', services: { clock: { up: true } } } });
    expect(await metric()).toBe('0');
  });

  it('trusts its clock again after it was corrected', async () => {
    now -= 30 * DAY;
    expect(await answer('/v1/check-ins', json(visit))).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('earlier than the last event') },
    });
    now += 22 * DAY;
    expect(await answer('/v1/operations/clock')).toMatchObject({ body: { doubt: null } });
    const earlier = { ...visit, arrived_at: '2026-11-19T09:00:00+07:00' };
    expect(await answer('/v1/check-ins', json(earlier))).toMatchObject({ status: 200 });
  });

  it('says what results and isolations would lead to, since nothing is stored', async () => {
    for (const kind of ['results', 'isolations']) {
      expect(await answer(`/v1/${kind}/preview`, ndjson(''))).toMatchObject({ status: 200, body: { told: ['An'] } });
    }
  });
});
