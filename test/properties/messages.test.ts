import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TheirFault, Uncertain } from '@truyvet/message-gateway';
import { Dispatcher, Elsewhere, HandedOverElsewhere, type Outcome } from '../../src/delivery/dispatcher.js';
import { Purposes } from '../../src/delivery/purposes.js';
import { noteReport } from '../../src/delivery/reports.js';
import { Routes, type Route } from '../../src/delivery/routes.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { runs, seeded } from '../support/sizes.js';
import { RememberingProvider } from '../unit/alerting/remembering-provider.js';

/** Milliseconds after which no process can still be handing a message over. */
const LATER = 91_000;
const due = { messageId: 'm', purpose: 'appointment', about: 'a', whose: 'an' };
const because = { source: 'test' };
const PHONE = '+84900000001';

class Crash extends Error {}
const PASSING = [Crash, Elsewhere, HandedOverElsewhere, TheirFault, Uncertain];

interface Fate {
  calls: number;
  after: boolean;
}

/** The state of the one message, whichever process tries to send it, and through which provider. */
class World {
  readonly store = new MemoryEventStore();
  now = Date.parse('2021-08-05T02:00:00Z');
  /** Whether it was delivered, as its module was informed. */
  readonly told: boolean[] = [];
  /** The provider in whose queue it is. */
  #via: string;

  constructor(readonly providers: readonly RememberingProvider[]) {
    this.store.now = () => this.now;
    this.#via = providers[0]?.name ?? '';
  }

  get sent() {
    return this.providers.flatMap(({ messages }) => messages);
  }

  /** A separate process tries once, and dies where its fate says. Undefined if the message has to be retried. */
  async attempt(fate?: Fate): Promise<Outcome | undefined> {
    const { routes, dispatcher } = this.#process(fate);
    const via = routes.find(this.#via) ?? routes.all[0];
    const write = () => Promise.resolve({ to: PHONE, text: 'Come at nine.' });
    try {
      return await dispatcher.send({ due, because, via, old: true, write });
    } catch (error) {
      if (error instanceof Elsewhere) this.#via = error.route;
      if (!PASSING.some((each) => error instanceof each)) throw error;
      return undefined;
    }
  }

  /** A report about the message that was sent according to the log. */
  async report(delivered: boolean, fate?: Fate): Promise<void> {
    const { store, purposes } = this.#process(fate);
    const went = this.store.all.find(({ type }) => type === 'MessageSent');
    if (went?.type !== 'MessageSent') return;
    const { provider, reference } = went.data;
    const { messageId, whose, purpose, about } = due;
    const graph = { messageByReference: async () => ({ purpose, about, noted: { messageId, whose } }) };
    const status = delivered ? ('network-delivered' as const) : ('failed' as const);
    try {
      await noteReport(store, graph, purposes, { provider, reference, status, detail: '' });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  #process(fate: Fate | undefined) {
    let left = fate?.calls ?? Infinity;
    let dead = false;
    const call = async <T>(effect: () => Promise<T>): Promise<T> => {
      if (dead) throw new Crash('dead');
      if (--left > 0) return effect();
      dead = true;
      if (fate?.after) await effect();
      throw new Crash('killed');
    };
    const inner = this.store;
    const store: EventStore = {
      append: (stream, events, expected) => call(() => inner.append(stream, events, expected)),
      read: async function* (stream, from) {
        await call(() => Promise.resolve());
        yield* inner.read(stream, from);
      },
      isBehind: (position, types) => inner.isBehind(position, types),
      follow: (options) => inner.follow(options),
      close: () => Promise.resolve(),
    };
    const [first, ...others] = this.providers.map((of): Route => ({
      ...{ name: of.name, perSecond: null, whenUncertain: of.whenUncertain },
      provider: {
        ...{ name: of.name, knows: of.knows, close: () => Promise.resolve() },
        send: (message) => call(() => of.send(message)),
        wasSent: (id) => call(() => of.wasSent(id)),
      },
    }));
    const routes = new Routes([first as Route, ...others]);
    const reported = async (_: unknown, __: string, { delivered }: { delivered: boolean }) =>
      call(async () => void this.told.push(delivered));
    const purposes = new Purposes([{ name: due.purpose, reported }]);
    return { store, routes, purposes, dispatcher: new Dispatcher({ store, routes, purposes, now: () => this.now }) };
  }
}

const dies = fc.option(fc.record({ calls: fc.integer({ min: 1, max: 8 }), after: fc.boolean() }), { nil: undefined });
const loses = fc.constantFrom(undefined, undefined, 'sent' as const, 'unsent' as const);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('try' as const),
      processes: fc.array(dies, { minLength: 1, maxLength: 3 }),
      down: fc.tuple(fc.boolean(), fc.boolean()),
      loses: fc.tuple(loses, loses),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('report' as const), delivered: fc.boolean(), dies }) },
);
const kind = fc.record({
  repeats: fc.boolean(),
  fates: fc.boolean(),
  whenUncertain: fc.constantFrom('at-most-once' as const, 'at-most-once' as const, 'at-least-once' as const),
});

describe('A message', () => {
  it('is sent at most once unless a provider may be tried again in doubt, whoever dies, retries, answers or reports', async () => {
    let died = 0;
    const ended = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(kind, { minLength: 1, maxLength: 2 }),
        fc.array(step, { minLength: 1, maxLength: 12 }),
        async (kinds, steps) => {
          const providers = kinds.map(({ repeats, fates, whenUncertain }, i) => {
            const made = new RememberingProvider({ name: `p${i}`, knows: { repeats, fates }, once: repeats });
            made.whenUncertain = whenUncertain;
            return made;
          });
          const world = new World(providers);
          // In this case nothing is noted, and only the job prevents two processes from sending the message at the same
          // time.
          const oneAtATime = kinds.length === 1 && kinds[0]?.fates === true && !kinds[0].repeats;
          for (const each of steps) {
            if (each.do === 'wait') world.now += LATER;
            else if (each.do === 'report') await world.report(each.delivered, each.dies);
            else {
              providers.forEach((given, i) => {
                given.down = each.down[i] ?? false;
                given.loses = each.loses[i];
              });
              const processes = oneAtATime ? each.processes.slice(0, 1) : each.processes;
              died += processes.filter((fate) => fate !== undefined).length;
              await Promise.all(processes.map((fate) => world.attempt(fate)));
            }
          }
          for (const given of providers) {
            given.down = false;
            given.loses = undefined;
          }
          let outcome: Outcome | undefined;
          for (let round = 0; round < 6 && !outcome; round++) {
            world.now += LATER;
            outcome = await world.attempt();
          }
          ended.set(outcome?.type ?? 'never', (ended.get(outcome?.type ?? 'never') ?? 0) + 1);
          const again = kinds.some(({ whenUncertain }) => whenUncertain === 'at-least-once');
          if (!again) expect(world.sent.length).toBeLessThanOrEqual(1);
          // It ends, and a message that counts as sent was sent; no process gave up a message about which every
          // provider could be asked.
          expect(outcome?.type).toMatch(/^(sent|uncertain)$/);
          if (outcome?.type === 'sent') expect(world.sent.length).toBeGreaterThanOrEqual(1);
          if (kinds.every(({ fates }) => fates)) expect(outcome?.type).toBe('sent');
          // The outcome stays the same, whichever process asks, and nothing more is sent.
          const before = world.sent.length;
          expect(await world.attempt()).toEqual(outcome);
          expect(world.sent).toHaveLength(before);
          // The first report counts.
          await world.report(true);
          await world.report(false);
          expect(new Set(world.told).size).toBeLessThanOrEqual(1);
        },
      ),
      seeded(runs(300)),
    );
    expect(died).toBeGreaterThan(runs(300));
    expect(ended.get('sent') ?? 0).toBeGreaterThan(runs(100));
    expect(ended.get('uncertain') ?? 0).toBeGreaterThan(0);
  }, 120_000);
});
