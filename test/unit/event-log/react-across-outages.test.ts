import { eventsOf, anyStream } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { EventEmitter, once } from 'node:events';
import { idOf } from '../../../src/kernel/ids.js';
import { reactAcrossOutages, RecentCheckpoints } from '../../../src/event-log/react-across-outages.js';
import type { Checkpoints } from '../../../src/event-log/reactor.js';
import type { MarkedEvent, Position } from '../../../src/event-log/event-store.js';
import { MemoryAsideNotes } from '../../support/memory-aside.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const at = (commit: number): Position => ({ commit: BigInt(commit), prepare: BigInt(commit) });

function rig(first?: Position) {
  let stored = first;
  let given: MarkedEvent | undefined;
  let now = 1_000_000;
  let answering = Promise.resolve();
  const inner: Checkpoints = {
    load: () => answering.then(() => ({ position: stored, given })),
    save: (_name, position, event) => {
      stored = position;
      given = event ?? given;
      return Promise.resolve();
    },
  };
  return {
    inner,
    given: () => given,
    /** Makes loads wait until the returned function is called. */
    hold: () => {
      let release = () => {};
      answering = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    checkpoints: new RecentCheckpoints(inner, () => now),
    stored: () => stored,
    lose: (position: Position | undefined) => (stored = position),
    pass: (milliseconds: number) => (now += milliseconds),
    now: () => now,
  };
}

describe('checkpoints that can go back', () => {
  it('load and save like those below them while nothing is lost', async () => {
    const { checkpoints, stored } = rig(at(5));
    expect((await checkpoints.load('x')).position).toEqual(at(5));
    await checkpoints.save('x', at(6));
    expect(stored()).toEqual(at(6));
    expect((await checkpoints.load('x')).position).toEqual(at(6));
  });

  it('go back to where the reader was at a given time, and save nothing before that', async () => {
    const { checkpoints, pass, now, stored } = rig(at(5));
    await checkpoints.load('x');
    for (let second = 1; second <= 30; second++) {
      pass(1_000);
      await checkpoints.save('x', at(100 + second));
    }
    checkpoints.rewind(now() - 10_000);
    await checkpoints.save('x', at(999));
    expect(stored()).toEqual(at(130));
    expect((await checkpoints.load('x')).position).toEqual(at(120));
    await checkpoints.save('x', at(121));
    expect(stored()).toEqual(at(121));
  });

  it('go back to where the reader began if it has not run that long', async () => {
    const { checkpoints, pass, now } = rig(at(5));
    await checkpoints.load('x');
    pass(2_000);
    await checkpoints.save('x', at(50));
    checkpoints.rewind(now() - 10_000);
    expect((await checkpoints.load('x')).position).toEqual(at(5));
  });

  it('keep the last event that the reader received, however far they go back', async () => {
    const { checkpoints, pass, now, given } = rig(at(5));
    const event = { id: 'e', stream: 'presence-An', revision: 3, position: at(49) };
    await checkpoints.load('x');
    pass(20_000);
    await checkpoints.save('x', at(50), event);
    await checkpoints.save('x', at(60));
    expect(given()).toEqual(event);
    checkpoints.rewind(now() - 10_000);
    expect(await checkpoints.load('x')).toEqual({ position: at(5), given: event });
  });

  it('go back as far as the stored ones, if those lost more', async () => {
    const { checkpoints, pass, now, lose } = rig(at(5));
    await checkpoints.load('x');
    for (let second = 1; second <= 30; second++) {
      pass(1_000);
      await checkpoints.save('x', at(100 + second));
    }
    lose(undefined);
    checkpoints.rewind(now() - 10_000);
    expect((await checkpoints.load('x')).position).toBeUndefined();
  });

  it('go back at the next load if they were told to during one', async () => {
    const { checkpoints, pass, now, hold } = rig(at(5));
    await checkpoints.load('x');
    for (let second = 1; second <= 30; second++) {
      pass(1_000);
      await checkpoints.save('x', at(100 + second));
    }
    const release = hold();
    const overtaken = checkpoints.load('x');
    checkpoints.rewind(now() - 10_000);
    release();
    await overtaken;
    expect((await checkpoints.load('x')).position).toEqual(at(120));
  });
});

describe('A reader that starts while Redis is unavailable', () => {
  it('starts reading when it is available, and ends when it is stopped', async () => {
    const store = new MemoryEventStore();
    const redis = new EventEmitter() as Redis;
    const stop = new AbortController();
    const { inner, hold } = rig();
    const release = hold();
    const handled = new EventEmitter();
    const reacting = reactAcrossOutages({
      redis,
      store,
      checkpoints: inner,
      name: 'reader',
      aside: new MemoryAsideNotes(),
      answers: () => Promise.resolve(),
      events: eventsOf('VisitRetracted'),
      signal: stop.signal,
      onError: (error) => handled.emit('error', error),
      handle: ({ events }) => {
        handled.emit('batch', events.length);
        return Promise.resolve();
      },
    });
    redis.emit('close');
    redis.emit('ready');
    release();
    const batch = once(handled, 'batch');
    const event = { type: 'VisitRetracted' as const, data: { visitId: 'v', personId: 'An' } };
    await store.append(
      anyStream('presence-An-202108'),
      [{ id: idOf('v'), event, provenance: { source: 'test' } }],
      'any',
    );
    expect(await batch).toEqual([1]);
    stop.abort();
    await reacting;
  });
});

describe('A reader that is stopped', () => {
  it('does not report as an error what it abandons because of that', async () => {
    const stop = new AbortController();
    const looks = new EventEmitter();
    const errors: unknown[] = [];
    const aside = new MemoryAsideNotes();
    let loads = 0;
    // The first load answers, as the reader starts with it; the look for what is to be retried waits for ever.
    aside.load = () => {
      if (loads++ === 0) return Promise.resolve([]);
      looks.emit('one');
      return new Promise(() => undefined);
    };
    const waiting = once(looks, 'one');
    const reacting = reactAcrossOutages({
      ...{ redis: new EventEmitter() as Redis, store: new MemoryEventStore(), checkpoints: rig().inner, aside },
      ...{ name: 'reader', events: eventsOf('VisitRetracted'), signal: stop.signal },
      ...{ answers: () => Promise.resolve(), handle: () => Promise.resolve() },
      pauses: { first: 1, longest: 1, isolating: 1, lookEvery: 1 },
      onError: (error) => errors.push(error),
    });
    await waiting;
    stop.abort();
    // Timers of the same length fire in the order in which they were set, so the abandoned look has ended after this.
    await new Promise((resolve) => setTimeout(resolve, 1));
    await reacting;
    expect(errors).toEqual([]);
  });
});
