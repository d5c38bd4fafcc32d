import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { EventEmitter, once } from 'node:events';
import type { Position } from '../../../src/log/event-store.js';
import { reactAcrossOutages } from '../../../src/log/react-across-outages.js';
import { CheckpointsLost } from '../../../src/log/checkpoints-lost.js';
import { type Checkpoint, type Checkpoints } from '../../../src/log/reactor.js';
import { idOf } from '../../../src/log/ids.js';
import { MemoryAsideNotes } from '../../support/memory-aside.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

/** Checkpoints as Redis keeps them: a reader that loaded before everything was lost may not save. */
class Kept extends EventEmitter implements Checkpoints {
  position: Position | undefined;
  #lost = false;

  lose(): void {
    this.position = undefined;
    this.#lost = true;
  }

  load(): Promise<Checkpoint> {
    this.#lost = false;
    return Promise.resolve({ position: this.position, given: undefined });
  }

  save(name: string, position: Position): Promise<void> {
    if (this.#lost) return Promise.reject(new CheckpointsLost(name));
    this.position = position;
    this.emit('saved');
    return Promise.resolve();
  }
}

describe('A reader whose Redis is emptied', () => {
  it('reads the log from its start, as soon as it would save again', async () => {
    const store = new MemoryEventStore();
    const kept = new Kept();
    const stop = new AbortController();
    const handled: string[] = [];
    const errors: unknown[] = [];
    const retract = async (visitId: string) => {
      const event = { type: 'VisitRetracted' as const, data: { visitId, personId: 'An' } };
      const saved = once(kept, 'saved');
      await store.append('presence-An-202108', [{ id: idOf(visitId), event, provenance: { source: 'test' } }], 'any');
      await saved;
    };
    const reacting = reactAcrossOutages({
      // Of the connection it wants to know only whether it went and came back, which it does not here.
      redis: new EventEmitter() as Redis,
      store,
      checkpoints: kept,
      name: 'reader',
      aside: new MemoryAsideNotes(),
      answers: () => Promise.resolve(),
      types: ['VisitRetracted'],
      signal: stop.signal,
      onError: (error) => errors.push(error),
      handle: ({ events }) => {
        handled.push(...events.map((event) => (event.type === 'VisitRetracted' ? event.data.visitId : '')));
        return Promise.resolve();
      },
    });
    await retract('first');
    kept.lose();
    await retract('second');
    stop.abort();
    await reacting;
    expect(handled).toEqual(['first', 'second', 'first', 'second']);
    // A machine that stands still for a while may have it noticed twice.
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(CheckpointsLost);
  });
});
