import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { PLAN_QUEUE, SEND_QUEUE } from '../../src/alert/jobs.js';
import { Outbox } from '../../src/alert/outbox.js';
import { startAlerting } from '../../src/alert/start.js';
import type { DomainEvent } from '../../src/domain/events.js';
import type { EventStore } from '../../src/log/event-store.js';
import { EventStoreClient } from '../../src/log/eventstore-client.js';
import { alertIdOf } from '../../src/log/ids.js';
import { MasterKey } from '../../src/log/master-key.js';
import { RedisCheckpoints } from '../../src/log/redis-checkpoints.js';
import { Sealing } from '../../src/log/sealing.js';
import { streams } from '../../src/log/streams.js';
import { Queues } from '../../src/platform/queues.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

const AT = '2021-08-05T02:00:00Z';

async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (const start = Date.now(); !(await holds()); await new Promise((done) => setTimeout(done, 50))) {
    if (Date.now() - start > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}

describe('alerting on a real Redis and event log', () => {
  const storeId = randomUUID();
  const master = new MasterKey(randomBytes(32));
  let installation: TestInstallation;
  let store: EventStore;
  let sealing: Sealing;
  let closing: (() => Promise<void>)[];
  let due: string[];

  beforeEach(async () => {
    installation = await freshInstallation(['event-log', 'redis']);
    store = new EventStoreClient(installation.urls.eventStoreUrl);
    sealing = new Sealing(store, master);
    closing = [];
    due = [];
  }, 60_000);

  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    await store.close();
    await installation.remove();
  }, 60_000);

  /** One worker process: everything of its own but the log, Redis and the outbox file. */
  function worker(sweepEvery?: number) {
    const queues = new Queues(installation.urls.redisUrl, storeId, () => undefined);
    const provider = new Outbox(join(installation.dataDir));
    const registry = new Registry();
    const alerting = startAlerting({
      store,
      queues,
      sealing,
      graph: {
        pace: async () => ({ usual: [], today: 0, before: [], approvedToday: 0 }),
        capacities: async () => new Map(),
        heldCases: async () => [],
        alertByReference: async () => undefined,
        alertsDue: (after = '', limit) => Promise.resolve(due.filter((id) => id > after).slice(0, limit)),
      },
      checkpoints: new RedisCheckpoints(queues.redis, (name) => queues.key(name)),
      routes: [{ name: provider.name, provider, perSecond: null, whenUncertain: 'at-most-once' }],
      config: {
        senderName: 'CDC',
        contactLine: '1900 9095',
        zone: 'Asia/Ho_Chi_Minh',
        alertMergeHours: 12,
        brake: { contacts: 1e6, daily: 1e6, times: 3 },
      },
      logger: pino({ level: 'silent' }),
      registry,
      ...(sweepEvery !== undefined && { sweepEvery }),
    });
    let closed = false;
    const close = async () => {
      if (closed) return;
      closed = true;
      await alerting.close();
      await queues.close();
      await provider.close();
    };
    closing.push(close);
    return { queues, registry, close };
  }

  const append = (stream: string, event: DomainEvent) =>
    store.append(stream, [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');

  async function register(personId: string, phone: string): Promise<void> {
    const sealed = await sealing.seal(personId, 'phone', phone, { source: 'test' });
    const rest = { name: null, phone: sealed, phoneIndex: master.phoneIndex(phone), householdId: null };
    await append(streams.person(personId), { type: 'PersonRegistered', data: { personId, language: 'en', ...rest } });
  }

  async function trace(caseId: string, people: readonly string[], gone: string[] = []): Promise<void> {
    const traceId = randomUUID();
    const evidence = {
      sampleId: 's',
      collectedAt: AT,
      onsetAt: null,
      infectiousFrom: null,
      infectiousUntil: null,
      rashAt: null,
      confirmation: 'result' as const,
    };
    const confirmed = { caseId, personId: 'f0', disease: 'covid-19', ...evidence };
    await append(streams.case(caseId), { type: 'CaseConfirmed', data: confirmed });
    const contact = {
      degree: 1 as const,
      firstExposureAt: AT,
      minutes: 20,
      meetings: [],
      via: [],
      lastExposureAt: AT,
      shared: [],
    };
    const found = people.map((personId) => ({ personId, ...contact }));
    const part = { caseId, traceId, index: 0, found, gone, factors: [], factorsGone: [] };
    await append(streams.case(caseId), { type: 'ContactsTraced', data: part });
    const counts = {
      chunks: 1,
      counts: [people.length],
      factors: 0,
      greatestDegree: 2,
      lingeringMinutes: 0,
      graphPosition: '1',
    };
    const profile = { profileId: 'covid-19-vn-5053', profileVersion: 1, from: AT, until: null };
    await append(streams.case(caseId), { type: 'TraceCompleted', data: { caseId, traceId, ...counts, ...profile } });
  }

  const sent = (): string[] =>
    readFileSync(join(installation.dataDir, 'outbox.ndjson'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { alertId: string }).alertId);

  it('tells everyone once with two workers at a time, and takes back what no longer holds', async () => {
    const people = Array.from({ length: 120 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries())
      await register(personId, `+849000${String(i % 100).padStart(5, '0')}`);
    const one = worker();
    worker();
    await trace('case-1', people);
    await until('a hundred phones are told', () => sent().length >= 100);
    await trace('case-1', [], ['p1', 'p2', 'p102', 'p50']);
    await until('two phones are told again', () => sent().length >= 102);
    await until('nothing is left to do', async () => (await one.queues.outstanding(SEND_QUEUE)) === 0);
    expect(new Set(sent()).size).toBe(102);
    expect(sent().filter((id) => id.endsWith('-withdrawal'))).toHaveLength(2);
    expect(await one.registry.metrics()).toMatch(/truyvet_alerts_sent_total\{provider="outbox"\} \d+/);
  }, 120_000);

  it('loses no alert and doubles none when Redis is killed in the middle', async () => {
    const people = Array.from({ length: 400 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries()) await register(personId, `+849000${String(i).padStart(5, '0')}`);
    worker();
    await trace('case-1', people);
    await until('some are told', () => sent().length >= 40);
    await installation.kill('redis');
    await installation.up();
    // Jobs that were under way come back once their locks have run out.
    await until('all are told', () => sent().length >= people.length, 150_000);
    expect(new Set(sent()).size).toBe(people.length);
    expect(sent()).toHaveLength(people.length);
  }, 240_000);

  it('finds in the log what is still to be said when the queues have forgotten it', async () => {
    await register('an', '+84900000001');
    const stopped = worker();
    await trace('case-1', ['an']);
    await until('An is told', () => sent().length === 1);
    await stopped.close();

    // An alert that no job and no reader knows of: its event lies before the checkpoint.
    const alertId = alertIdOf('case-1', 'binh', 0);
    await register('binh', '+84900000002');
    await trace('case-1', ['binh']);
    const rest = { caseId: 'case-1', personId: 'binh', disease: 'covid-19', degree: 1 as const, sequence: 0 };
    const event = { type: 'AlertRequested' as const, data: { alertId, ...rest } };
    const { position } = await append(streams.alert(alertId), event);
    const queues = new Queues(installation.urls.redisUrl, storeId, () => undefined);
    closing.push(() => queues.close());
    const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
    await checkpoints.load('alerts');
    await checkpoints.save('alerts', position);
    const next = worker(100);
    await until('the worker runs', async () => (await next.queues.outstanding(PLAN_QUEUE)) === 0);
    expect(sent()).toHaveLength(1);
    due = [alertId];
    await until('Binh is told', () => sent().length === 2);
    expect(sent()).toContain(alertId);
  }, 120_000);

  it('lets jobs under way end when it is closed', async () => {
    const people = Array.from({ length: 60 }, (_, i) => `p${i}`);
    for (const [i, personId] of people.entries()) await register(personId, `+849000${String(i).padStart(5, '0')}`);
    const first = worker();
    await trace('case-1', people);
    await until('some are told', () => sent().length >= 5);
    await first.close();
    const before = sent().length;
    worker();
    await until('all are told', () => sent().length >= people.length);
    expect(before).toBeLessThanOrEqual(people.length);
    expect(new Set(sent()).size).toBe(people.length);
    expect(sent()).toHaveLength(people.length);
  }, 120_000);
});
