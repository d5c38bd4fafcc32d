import { anyStream, eventsOf } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { EventEmitter, once } from 'node:events';
import { LogReplaced, type MarkedEvent, type Position } from '../../../src/event-log/event-store.js';
import { reactAcrossOutages } from '../../../src/event-log/react-across-outages.js';
import { CheckpointsLost } from '../../../src/event-log/checkpoints-lost.js';
import { type Checkpoint, type Checkpoints } from '../../../src/event-log/reactor.js';
import { isOutage } from '../../../src/platform/outages.js';
import { idOf } from '../../../src/kernel/ids.js';
import { MemoryAsideNotes } from '../../support/memory-aside.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

/** Checkpoints as Redis keeps them: a reader that loaded before everything was lost may not save. */
class Kept extends EventEmitter implements Checkpoints {
  position: Position | undefined;
  given: MarkedEvent | undefined;
  #lost = false;

  lose(): void {
    this.position = undefined;
    this.given = undefined;
    this.#lost = true;
  }

  load(): Promise<Checkpoint> {
    this.#lost = false;
    return Promise.resolve({ position: this.position, given: this.given });
  }

  save(name: string, position: Position, given?: MarkedEvent): Promise<void> {
    if (this.#lost) return Promise.reject(new CheckpointsLost(name));
    this.position = position;
    this.given = given ?? this.given;
    this.emit('saved');
    return Promise.resolve();
  }
}

async function retract(store: MemoryEventStore, visitId: string): Promise<void> {
  const event = { type: 'VisitRetracted' as const, data: { visitId, personId: 'An' } };
  await store.append(
    anyStream('presence-An-202108'),
    [{ id: idOf(visitId), event, provenance: { source: 'test' } }],
    'any',
  );
}

/** An active reader, the events that it handled, and its errors. */
function reading(store: MemoryEventStore, kept: Kept) {
  const stop = new AbortController();
  const handled: string[] = [];
  const errors: unknown[] = [];
  const met = new EventEmitter();
  const reacting = reactAcrossOutages({
    // It only listens for the connection being lost and restored, which does not happen here.
    redis: new EventEmitter() as Redis,
    store,
    checkpoints: kept,
    name: 'reader',
    aside: new MemoryAsideNotes(),
    answers: () => Promise.resolve(),
    events: eventsOf('VisitRetracted'),
    signal: stop.signal,
    onError: (error) => {
      errors.push(error);
      met.emit('error met');
    },
    handle: ({ events }) => {
      handled.push(...events.map((event) => (event.type === 'VisitRetracted' ? event.data.visitId : '')));
      return Promise.resolve();
    },
  });
  const end = () => {
    stop.abort();
    return reacting;
  };
  return { handled, errors, met, end };
}

describe('A reader of an older copy of the log', () => {
  it('handles nothing of it until the derived data is rebuilt, and then all of it', async () => {
    const kept = new Kept();
    const log = new MemoryEventStore();
    const before = reading(log, kept);
    for (const visitId of ['first', 'lost']) {
      const saved = once(kept, 'saved');
      await retract(log, visitId);
      await saved;
    }
    await before.end();
    expect(kept.given).toMatchObject({ stream: 'presence-An-202108', revision: 1 });

    const copy = new MemoryEventStore();
    for (const visitId of ['first', 'another', 'third']) await retract(copy, visitId);
    const { handled, errors, met, end } = reading(copy, kept);
    await once(met, 'error met');
    expect(handled).toEqual([]);
    // As the code that compares the log with the queues does.
    const saved = once(kept, 'saved');
    kept.lose();
    await saved;
    await end();
    expect(handled).toEqual(['first', 'another', 'third']);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(LogReplaced);
    for (const error of errors) expect(isOutage(error)).toBe(true);
  });
});

describe('A reader whose Redis is emptied', () => {
  it('reads the log from its start, as soon as it would save again', async () => {
    const store = new MemoryEventStore();
    const kept = new Kept();
    const { handled, errors, end } = reading(store, kept);
    const saved = once(kept, 'saved');
    await retract(store, 'first');
    await saved;
    kept.lose();
    const again = once(kept, 'saved');
    await retract(store, 'second');
    await again;
    await end();
    expect(handled).toEqual(['first', 'second', 'first', 'second']);
    // A machine that stops for a while may detect it twice.
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(CheckpointsLost);
  });
});
