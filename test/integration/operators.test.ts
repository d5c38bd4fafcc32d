import { streams } from '../support/events.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Registry } from 'prom-client';
import { queueOf } from '../../src/delivery/message-jobs.js';
import type { MessageJob } from '../../src/delivery/purposes.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { alertIdOf } from '../../src/alerting/ids.js';
import { knownOperatorOrders } from '../../src/delivery/known-operator-orders.js';
import { pauseOrResume } from '../../src/operations/pausing.js';
import { replay } from '../../src/operations/replay.js';
import { RealAlerting } from '../support/real-alerting.js';
import { routeOf } from '../support/routes.js';
import { RememberingProvider } from '../unit/alerting/remembering-provider.js';

const order = { by: 'Lan', reason: 'the text is wrong' };

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 20));
}

describe('operators of alerting on a real Redis and event log', () => {
  let real: RealAlerting;
  let store: EventStore;
  let providers: RememberingProvider[];

  beforeEach(async () => {
    real = await RealAlerting.open();
    store = real.store;
    providers = [new RememberingProvider({ name: 'one' }), new RememberingProvider({ name: 'two' })];
  }, 60_000);

  afterEach(() => real.close(), 60_000);

  /** One worker process, with the providers that all share. */
  function worker() {
    const running = real.worker(providers.map(routeOf));
    const waiting = (provider: string) => running.queues.outstanding(queueOf(provider));
    return { ...running, waiting };
  }

  const pauseOf = (type: 'Pause' | 'Resume', provider?: string) =>
    pauseOrResume(
      { store, operations: knownOperatorOrders(store), providers: ['one', 'two'] },
      type,
      { ...order, ...(provider && { provider }) },
      { source: 'test' },
    );

  const isPaused = (registry: Registry, provider: string) => async () =>
    (await registry.metrics()).includes(`truyvet_provider_paused{provider="${provider}"} 1`);

  /** A trace finds these people, who have one phone each. */
  async function trace(people: readonly string[]): Promise<void> {
    for (const [i, personId] of people.entries()) await real.register(personId, phoneOf(i));
    await real.trace('case-1', people);
  }

  const phoneOf = (i: number) => `+849000${String(i).padStart(5, '0')}`;
  const peopleOf = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);
  const sent = () => providers.flatMap(({ messages }) => messages.map(({ id }) => id));
  const alertOf = (personId: string, sequence = 0) => alertIdOf('case-1', personId, sequence);

  it('sends nothing while everything is paused, despite new workers and an emptied Redis; then each message once', async () => {
    const people = peopleOf(60);
    const first = worker();
    await pauseOf('Pause');
    await until(isPaused(first.registry, 'one'));
    await trace(people);
    await until(async () => (await first.waiting('one')) === people.length);
    await first.close();
    const next = worker();
    await until(isPaused(next.registry, 'one'));
    await next.queues.redis.flushall();
    await until(async () => (await next.waiting('one')) === 0);
    // The messages that are due are in the log.
    await until(async () => (await next.waiting('one')) === people.length);
    expect(sent()).toEqual([]);

    await pauseOf('Resume');
    await until(() => sent().length >= people.length);
    await until(async () => (await next.waiting('one')) === 0);
    expect(new Set(sent())).toEqual(new Set(people.map((personId) => alertOf(personId))));
    expect(sent()).toHaveLength(people.length);
  }, 180_000);

  it('stops a worker that is sending; its messages are sent once later', async () => {
    const people = peopleOf(300);
    const { registry, waiting } = worker();
    await trace(people);
    await until(() => sent().length >= 20);
    await pauseOf('Pause');
    await until(isPaused(registry, 'one'));
    await until(async () => (await waiting('one')) + sent().length >= people.length);
    await pauseOf('Resume');
    await until(() => sent().length >= people.length);
    await until(async () => (await waiting('one')) === 0);
    expect(new Set(sent()).size).toBe(people.length);
    expect(sent()).toHaveLength(people.length);
  }, 120_000);

  it('sends messages of a paused provider, waiting and new ones, through the other provider', async () => {
    const people = peopleOf(40);
    await pauseOf('Pause');
    const { registry, waiting } = worker();
    await until(isPaused(registry, 'one'));
    await trace(people);
    await until(async () => (await waiting('one')) === people.length);
    await pauseOf('Pause', 'one');
    await pauseOf('Resume');
    await until(() => sent().length >= people.length);
    expect(providers.map(({ messages }) => messages.length)).toEqual([0, people.length]);
    expect(new Set(sent()).size).toBe(people.length);
  }, 120_000);

  it('leaves with a paused provider the messages that may have been sent through it and that only it recognises', async () => {
    providers = [
      new RememberingProvider({ name: 'one', once: true, knows: { repeats: true, fates: false } }),
      new RememberingProvider({ name: 'two' }),
    ];
    const [one, two] = providers as [RememberingProvider, RememberingProvider];
    one.loses = 'sent';
    one.onSend = () => (one.down = true);
    const { queues } = worker();
    await trace(['p0']);
    await until(() => one.messages.length === 1);
    await pauseOf('Pause', 'one');
    await until(async () => {
      const [job] = await queues.queue<MessageJob>(queueOf('one')).getDelayed();
      return job?.data.bound === true;
    });
    one.down = false;
    await pauseOf('Resume', 'one');
    await until(async () => (await eventsOf('p0')).includes('AlertSent'));
    expect([one.messages.length, two.messages.length]).toEqual([1, 0]);
  }, 120_000);

  async function eventsOf(personId: string, sequence = 0): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of store.read(streams.alert(alertOf(personId, sequence)))) types.push(type);
    return types;
  }

  it('sends a failed alert once more when it is replayed, and no alert that was sent', async () => {
    providers = [new RememberingProvider({ name: 'one' })];
    const [one] = providers as [RememberingProvider];
    one.refusing.add(phoneOf(0));
    const { waiting } = worker();
    await trace(['p0', 'p1']);
    await until(async () => (await eventsOf('p0')).includes('AlertFailed'));
    await until(async () => (await eventsOf('p1')).includes('AlertSent'));
    one.refusing.clear();
    // The graph is outdated, and lists the sent alert as failed too.
    const graph = { failedAlerts: async () => [alertOf('p0'), alertOf('p1')] };
    const told = () => replay({ store, operations: knownOperatorOrders(store), graph }, order, { source: 'test' });
    expect(await told()).toMatchObject({ replayed: 1, kept: { 'not failed any more': 1 } });
    await until(async () => (await eventsOf('p0', 1)).includes('AlertSent'));
    expect(await told()).toMatchObject({ replayed: 0, kept: { 'not failed any more': 2 } });
    await until(async () => (await waiting('one')) === 0);
    expect(sent()).toEqual([alertOf('p1'), alertOf('p0', 1)]);
    expect(await eventsOf('p0')).toEqual(['AlertRequested', 'AlertFailed', 'AlertReplayed', 'AlertWithdrawn']);
  }, 120_000);

  it('sends uncertain messages again only if asked to, and otherwise says why not', async () => {
    providers = [new RememberingProvider({ name: 'one', knows: { repeats: false, fates: false } })];
    const [one] = providers as [RememberingProvider];
    one.loses = 'unsent';
    worker();
    await trace(['p0']);
    await until(async () => (await eventsOf('p0')).includes('AlertFailed'));
    const graph = { failedAlerts: async () => [alertOf('p0')] };
    expect(
      await replay({ store, operations: knownOperatorOrders(store), graph }, order, { source: 'test' }),
    ).toMatchObject({
      replayed: 0,
      kept: { uncertain: 1 },
    });
    const anyway = { ...order, uncertain: true };
    expect(
      await replay({ store, operations: knownOperatorOrders(store), graph }, anyway, { source: 'test' }),
    ).toMatchObject({
      replayed: 1,
      kept: {},
    });
    await until(async () => (await eventsOf('p0', 1)).includes('AlertSent'));
    expect(one.messages).toHaveLength(1);
  }, 120_000);
});
