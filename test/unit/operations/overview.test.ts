import { type DomainEvent, streams } from '../../support/events.js';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ClockGuard } from '../../../src/event-log/clock-guard.js';
import { failingProviders, publishFailing } from '../../../src/delivery/failing-providers.js';
import { knownOperatorOrders } from '../../../src/delivery/known-operator-orders.js';
import { Routes, type Route } from '../../../src/delivery/routes.js';
import { FAILURES, type Failure } from '../../../src/alerting/failures.js';
import type { ProviderCounts } from '../../../src/operations/operator-ports.js';
import { overview } from '../../../src/operations/overview.js';
import type { Overview } from '../../../src/operations/overview-answer.js';
import { pauseOrResume } from '../../../src/operations/pausing.js';
import { replay } from '../../../src/operations/replay.js';
import { GraphNotReady } from '../../../src/contact-graph/gate.js';
import { unverified } from '../../../src/kernel/actor.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { MemoryQueues } from '../../support/memory-queues.js';
import { RememberingProvider } from '../alerting/remembering-provider.js';

const PROVIDERS = ['gateway', 'backup', 'outbox'];
const because = { reason: 'a test' };
const source = { source: 'test', actor: unverified('Lan', 'test') };

const COVID = { disease: 'covid-19', degree: 1, sequence: 0 };
const nothing = async () => [];
const counts = (provider: string, more: Partial<ProviderCounts> = {}): ProviderCounts => ({
  ...{ provider, sent: 0, takenBack: 0, failed: {} },
  ...more,
});

describe('The state of a provider for operators', () => {
  let store: MemoryEventStore;
  let queues: MemoryQueues;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    store = new MemoryEventStore();
    queues = new MemoryQueues();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  async function shown(
    counted: ProviderCounts[] | Error = [],
    providers = PROVIDERS,
    problem: string | null = null,
  ): Promise<Overview> {
    const graph = {
      ...{ failedNow: nothing, failedAlerts: nothing, heldCases: nothing, heldResults: nothing },
      operatorCommands: nothing,
    };
    return overview({
      ...{
        store,
        operations: knownOperatorOrders(store),
        queues,
        providers,
        files: ['outbox'],
        traceQueue: 'trace',
        workerKey: 'worker',
        now: Date.now,
      },
      ...{ zone: 'Asia/Ho_Chi_Minh', clock: null, clockGuard: new ClockGuard(store, Date.now, 'UTC') },
      ...{
        graph: { ...graph, providerCounts: async () => (counted instanceof Error ? Promise.reject(counted) : counted) },
      },
      contactGraph: async () => ({ problem, set_aside_events: 0, set_aside: [] }),
      setAside: nothing,
    });
  }
  const states = ({ providers }: Overview) =>
    Object.fromEntries(providers.map(({ provider, state }) => [provider, state]));

  it('is untried until it has accepted a message, even one that takes another back, and file for a file', async () => {
    expect(states(await shown())).toEqual({ gateway: 'untried', backup: 'untried', outbox: 'file' });
    const counted = [
      counts('gateway', { failed: { refused: 9 } }),
      counts('backup', { takenBack: 1 }),
      counts('outbox', { sent: 3 }),
    ];
    expect(states(await shown(counted))).toEqual({ gateway: 'untried', backup: 'fine', outbox: 'file' });
    expect(states(await shown([counts('gateway', { sent: 1 })]))).toMatchObject({ gateway: 'fine' });
  });

  it('is not known while the figures are being made again, which the page says', async () => {
    const { graph } = await shown(new GraphNotReady('alerts is being made anew from the log'));
    expect(graph.problem).toContain('alerts is being made anew from the log');
    expect((await shown([], PROVIDERS, 'the graph is empty')).graph.problem).toBe('the graph is empty');
    expect((await shown()).graph.problem).toBeNull();
  });

  it('is no longer configured, with the number of sent messages, and nothing about messages that went through none', async () => {
    const counted = [counts('former', { sent: 7 }), counts('none', { failed: { 'no-phone': 2 } })];
    const { providers } = await shown(counted, ['gateway']);
    expect(providers.map(({ provider, state, sent }) => [provider, state, sent])).toEqual([
      ['gateway', 'untried', 0],
      ['former', 'removed', 7],
    ]);
  });

  it('is paused, separately or with all, whether it was fine or left alone', async () => {
    await pauseOrResume(
      { store, operations: knownOperatorOrders(store), providers: PROVIDERS },
      'Pause',
      { ...because, provider: 'gateway' },
      source,
    );
    const counted = [counts('gateway', { sent: 1 }), counts('backup', { sent: 1 })];
    expect(states(await shown(counted))).toEqual({ gateway: 'paused', backup: 'fine', outbox: 'file' });
    await pauseOrResume(
      { store, operations: knownOperatorOrders(store), providers: PROVIDERS },
      'Pause',
      because,
      source,
    );
    expect(states(await shown(counted))).toEqual({ gateway: 'paused', backup: 'paused', outbox: 'paused' });
    expect((await shown()).paused).toMatchObject({ by: 'Lan', ...because });
  });

  it('is failing from when it keeps failing until it accepts a message, even while it is retried and for a worker that has just started', async () => {
    const provider = new RememberingProvider({ name: 'gateway' });
    const route: Route = { name: 'gateway', provider, perSecond: null, whenUncertain: 'at-most-once' };
    let routes = new Routes([route]);
    const start = () => publishFailing(queues, routes, (error) => expect(error).toBeUndefined());
    let said = start();
    const send = () => routes.send(route, { id: randomUUID(), to: '+84900000001', text: 'x' });
    const sentForWeeks = [counts('gateway', { sent: 1_000 })];
    const state = async () => {
      await jest.advanceTimersByTimeAsync(2_000);
      return states(await shown(sentForWeeks))['gateway'];
    };
    try {
      expect(await state()).toBe('fine');
      provider.down = true;
      for (let i = 0; i < 20; i++) await send().catch(() => undefined);
      expect(await state()).toBe('failing');
      expect(routes.isFailing('gateway')).toBe(true);
      // It may be used again, but has accepted no message yet.
      await jest.advanceTimersByTimeAsync(60_000);
      expect(routes.isFailing('gateway')).toBe(false);
      expect(await state()).toBe('failing');
      // Another worker takes over, without any knowledge.
      await said.stop();
      routes = new Routes([route]);
      said = start();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await state()).toBe('failing');
      await send().catch(() => undefined);
      expect(await state()).toBe('failing');
      provider.down = false;
      await send();
      // Reports of workers expire by themselves.
      await jest.advanceTimersByTimeAsync(6_000);
      expect(await failingProviders(queues, ['gateway'])).toEqual(new Set());
      expect(await state()).toBe('fine');
    } finally {
      await said.stop();
    }
  });

  it('is no longer failing after any worker had it accept a message, even one that is just stopping', async () => {
    const provider = new RememberingProvider({ name: 'gateway' });
    const route: Route = { name: 'gateway', provider, perSecond: null, whenUncertain: 'at-most-once' };
    const workers = [new Routes([route]), new Routes([route])] as const;
    const says = workers.map((routes) => publishFailing(queues, routes, (error) => expect(error).toBeUndefined()));
    const send = (routes: Routes) => routes.send(route, { id: randomUUID(), to: '+84900000001', text: 'x' });
    const left = async () => [...(await failingProviders(queues, ['gateway']))];
    try {
      provider.down = true;
      for (let i = 0; i < 20; i++) await send(workers[0]).catch(() => undefined);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await left()).toEqual(['gateway']);
      provider.down = false;
      await send(workers[1]);
      // At once and not two seconds later, because the worker reports it when it ends.
      await says[1]?.stop();
      expect(await left()).toEqual([]);
      // The first worker has not used it since, and reports nothing against it.
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await left()).toEqual([]);
    } finally {
      await says[0]?.stop();
    }
  });

  it.each(FAILURES)(
    'says, for alerts that failed as %s, what an order to send them again does',
    async (failure: Failure) => {
      const { kept_from_replay: keptFromReplay } = await shown();
      for (const event of [
        { type: 'AlertRequested', data: { ...{ alertId: 'a', caseId: 'c', personId: 'p' }, ...COVID } },
        failure === 'undelivered'
          ? { type: 'AlertUndelivered', data: { alertId: 'a', provider: 'gateway', detail: '', withdrawn: false } }
          : { type: 'AlertFailed', data: { alertId: 'a', reason: failure, detail: '', provider: null } },
      ] as DomainEvent[])
        await store.append(streams.alert('a'), [{ id: randomUUID(), event, provenance: source }], 'any');
      const graph = { failedAlerts: async () => ['a'] };
      const why = keptFromReplay[failure as (typeof FAILURES)[number]];
      const expected = why === null ? { replayed: 1, kept: {} } : { replayed: 0, kept: { [why]: 1 } };
      expect(await replay({ store, operations: knownOperatorOrders(store), graph }, because, source)).toMatchObject(
        expected,
      );
    },
  );
});
