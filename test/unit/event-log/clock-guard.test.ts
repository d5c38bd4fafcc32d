import { type DomainEvent, streams, anyStream } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ClockedStore } from '../../../src/event-log/clocked-store.js';
import { ClockGuard, ClockInDoubt } from '../../../src/event-log/clock-guard.js';
import type { LogEnd } from '../../../src/event-log/event-store.js';
import { isOutage } from '../../../src/platform/outages.js';
import { exchangeable } from '../../support/exchangeable-log.js';
import { unverified } from '../../../src/kernel/actor.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-20T01:00:00Z');
const order = { reason: 'the clock of the wall says so' };
const cli = { source: 'test', actor: unverified('Lan', 'test') };

/** The clock of all processes, unless a test gives one its own. */
let now: number;
let log: MemoryEventStore;
beforeEach(() => {
  now = START;
  log = new MemoryEventStore();
  log.now = () => now;
});

/** A process that starts now. */
async function process(clock = () => now) {
  const guard = new ClockGuard(log, clock, 'Asia/Ho_Chi_Minh');
  await guard.look();
  return { guard, store: new ClockedStore(log, guard) };
}

const isolated: DomainEvent = { type: 'PersonIsolated', data: { personId: 'An', startedAt: '2026-11-20T00:00:00Z' } };
const paused: DomainEvent = { type: 'AlertingPaused', data: { provider: null, reason: order.reason } };
const give = (store: Pick<MemoryEventStore, 'append'>, event: DomainEvent = isolated, stream = 'person-An') =>
  store.append(anyStream(stream), [{ id: randomUUID(), event, provenance: cli }], 'any');

describe('A clock that contradicts the log', () => {
  it('prevents new events in all processes until somebody confirms it, and then in none', async () => {
    await give(log);
    now += 8 * DAY;
    const [one, other] = [await process(), await process()];
    await expect(give(one.store)).rejects.toThrow(ClockInDoubt);
    await expect(give(one.store)).rejects.toThrow(
      'it says 2026-11-28 08:00:00+07:00, 8 days later than the last event of the log (2026-11-20 08:00:00+07:00)',
    );
    expect(await other.guard.confirm(order, cli)).toBe(true);
    expect(log.all.at(-1)).toMatchObject({
      ...{ stream: streams.clock.name, type: 'ClockConfirmed' },
      data: { clock: '2026-11-28T01:00:00Z', lastEvent: '2026-11-20T01:00:00Z', reason: order.reason },
      provenance: { actor: { who: 'Lan' } },
    });
    await give(one.store);
    await give((await process()).store);
    expect(await other.guard.confirm(order, cli)).toBe(false);
  });

  it('is in doubt again in an older copy of the log, which has no confirmation', async () => {
    const ahead = () => now + 10 * DAY;
    const [newer, older] = [log, new MemoryEventStore()];
    newer.now = older.now = ahead;
    for (const each of [newer, older]) await give(each);
    const { log: followed, put } = exchangeable(newer);
    const guard = new ClockGuard(followed, () => now, 'Asia/Ho_Chi_Minh');
    expect(await guard.look()).toMatchObject({ direction: 'behind' });
    expect(await guard.confirm(order, cli)).toBe(true);
    expect(await guard.look()).toBeUndefined();
    put(older);
    expect(await guard.look()).toMatchObject({ direction: 'behind' });
  });

  it('is not compared with the last event of a log that no longer exists', async () => {
    const older = new MemoryEventStore();
    older.now = () => now - DAY;
    await give(older);
    // Its last events are the server's own, so nobody can tell when one of ours was last.
    const { end } = older;
    older.end = async () => {
      const { recordedAt: _, ...rest } = (await end.call(older)) as LogEnd;
      return rest;
    };
    log.now = () => now + 400 * DAY;
    await give(log);
    const { log: followed, put } = exchangeable(log);
    const guard = new ClockGuard(followed, () => now, 'Asia/Ho_Chi_Minh');
    expect(await guard.look()).toMatchObject({ direction: 'behind' });
    put(older);
    guard.forget();
    expect(await guard.look()).toBeUndefined();
  });

  it('is accepted by later checks after it was corrected', async () => {
    await give(log);
    now -= 2 * DAY;
    const { guard, store } = await process();
    await expect(give(store)).rejects.toThrow('2 days earlier');
    now += 2 * DAY;
    await give(store);
    expect(guard.doubt).toBeUndefined();
  });

  it('is found at the next event if it is set while a process runs, forward or back', async () => {
    const { store } = await process();
    await give(store);
    now += 10 * DAY;
    await expect(give(store)).rejects.toThrow(ClockInDoubt);
    now -= 10 * DAY;
    await give(store);
    now -= 25 * HOUR;
    await expect(give(store)).rejects.toThrow('25 hours earlier');
  });

  it('does not become right by a pause, which is accepted all the same', async () => {
    await give(log);
    now += 8 * DAY;
    await give((await process()).store, paused, streams.operations.name);
    await expect(give((await process()).store)).rejects.toThrow(ClockInDoubt);
  });

  it('can be used again if the log ends in the future because a clock was wrong before', async () => {
    now += 6 * 365 * DAY;
    await give(log);
    now = START;
    const { guard, store } = await process();
    await expect(give(store)).rejects.toThrow(ClockInDoubt);
    await guard.confirm(order, cli);
    await give(store);
    now += 3 * DAY;
    await give((await process()).store);
  });

  it("is the other one's if two processes have two clocks and one is confirmed", async () => {
    await give(log);
    const behind = () => now - 2 * DAY;
    const one = await process(behind);
    await expect(give(one.store)).rejects.toThrow(ClockInDoubt);
    await give((await process()).store);
    await one.guard.confirm(order, cli);
    await give(one.store);
    // The log's own clock matches neither; the confirmation counts.
    await expect(give((await process(() => now - 5 * DAY)).store)).rejects.toThrow('3 days earlier');
    now += 5 * DAY;
    await give(one.store);
  });
});

describe('A clock that is in doubt', () => {
  it('stays so while the server writes only its own statistics, which hide the last event', async () => {
    await give(log);
    now += 8 * DAY;
    const { guard, store } = await process();
    const end = log.end.bind(log);
    log.end = async () => {
      const { recordedAt: _, ...rest } = (await end()) ?? fail();
      return rest;
    };
    expect(await guard.look()).toBeDefined();
    await expect(give(store)).rejects.toThrow(
      '8 days later than the last event of the log (2026-11-20 08:00:00+07:00)',
    );
    expect(await guard.confirm(order, cli)).toBe(true);
  });

  it("is settled by a person's confirmation, although a check began before it", async () => {
    await give(log);
    now += 8 * DAY;
    const { guard } = await process();
    const append = log.append.bind(log);
    let before: Promise<unknown> | undefined;
    log.append = async (...given) => {
      const held = holding();
      before = guard.look();
      await held.reached;
      const appended = await append(...given);
      setTimeout(held.release, 20);
      return appended;
    };
    expect(await guard.confirm(order, cli)).toBe(true);
    await before;
    expect(guard.doubt).toBeUndefined();
  });

  it('is confirmed once, if somebody else confirmed it during a check that is still in progress', async () => {
    await give(log);
    now += 8 * DAY;
    const [one, other] = [await process(), await process()];
    const held = holding();
    const before = one.guard.look();
    await held.reached;
    await other.guard.confirm(order, cli);
    const confirming = one.guard.confirm(order, cli);
    held.release();
    expect(await confirming).toBe(false);
    await before;
    expect(one.guard.doubt).toBeUndefined();
  });
});

/** Delays the next answer about the end of the log until it is released; other answers are immediate. */
function holding(): { reached: Promise<void>; release: () => void } {
  const end = log.end.bind(log);
  const [gate, door] = [signal(), signal()];
  log.end = async () => {
    log.end = end;
    const found = await end();
    gate.resolve();
    await door.promise;
    return found;
  };
  return { reached: gate.promise, release: door.resolve };
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

function fail(): never {
  throw new Error('the log is empty');
}

describe('A clock that runs as before', () => {
  it('is not in doubt in an empty log, whatever it shows', async () => {
    now = Date.parse('2032-01-01T00:00:00Z');
    await give((await process()).store);
  });

  it('is not in doubt after quiet weeks during which the process ran', async () => {
    const { guard, store } = await process();
    await give(store);
    for (let day = 0; day < 21; day++) {
      now += DAY;
      expect(await guard.look()).toBeUndefined();
    }
    await give(store);
  });

  it('asks an office that was closed for three weeks once', async () => {
    await give(log);
    now += 21 * DAY;
    const { guard, store } = await process();
    await guard.confirm(order, cli);
    await give(store);
    for (let day = 0; day < 7; day++) {
      now += DAY;
      await give((await process()).store);
    }
  });
});

describe('The code that watches the clock', () => {
  it('says when doubt begins and ends, once each, and retries work as after an outage', async () => {
    await give(log);
    const { guard, store } = await process();
    const stop = new AbortController();
    const said: (string | null)[] = [];
    const heard = async (lines: number) => {
      while (said.length < lines) await new Promise((resolve) => setImmediate(resolve));
    };
    const watching = guard.watch({
      say: (line) => said.push(line),
      onError: () => undefined,
      signal: stop.signal,
      every: 1,
    });
    now += 30 * DAY;
    await heard(1);
    expect(said).toEqual([expect.stringContaining('30 days later than')]);
    expect(isOutage(await give(store).catch((error: unknown) => error))).toBe(true);
    await guard.confirm(order, cli);
    await heard(2);
    expect(said[1]).toBeNull();
    stop.abort();
    await watching;
  });
});
