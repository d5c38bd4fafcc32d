import { unverified } from '../../../src/kernel/actor.js';
import type { Stream } from '../../../src/kernel/stream.js';
import type { Event } from '../../../src/kernel/event.js';
import { streams } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { operatorOrdersDecider } from '../../../src/delivery/operator-orders.js';
import type { EventStore, RecordedEvent } from '../../../src/event-log/event-store.js';
import { KnownStream } from '../../../src/event-log/known-stream.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const stream = streams.operations;

/** A log that can be replaced by another one. */
class Exchangeable implements Pick<EventStore, 'read'> {
  log = new MemoryEventStore();
  /** Number of events that were read. */
  given = 0;

  async *read<E extends Event>(of: Stream<E>, from?: number): AsyncIterable<RecordedEvent<E>> {
    for await (const event of this.log.read(of, from)) {
      this.given++;
      yield event;
    }
  }

  async say(type: 'AlertingPaused' | 'AlertingResumed', by: string): Promise<void> {
    const event = { type, data: { provider: null, reason: 'a test' } };
    const provenance = { source: 'test', actor: unverified(by, 'test') };
    await this.log.append(stream, [{ id: randomUUID(), event, provenance }], 'any');
  }
}

describe('A stream that is read repeatedly', () => {
  const open = () => {
    const store = new Exchangeable();
    return { store, known: new KnownStream(store, operatorOrdersDecider, stream) };
  };

  it('is read from where it was known on', async () => {
    const { store, known } = open();
    expect(await known.load()).toEqual({ state: operatorOrdersDecider.initialState, revision: -1 });
    for (let i = 0; i < 50; i++) await store.say(i % 2 === 0 ? 'AlertingPaused' : 'AlertingResumed', `${i}`);
    expect(await known.load()).toMatchObject({ state: { all: null }, revision: 49 });
    await store.say('AlertingPaused', 'Lan');
    store.given = 0;
    expect(await known.load()).toMatchObject({ state: { all: { by: 'Lan' } }, revision: 50 });
    expect(store.given).toBe(2);
    expect(await known.load()).toMatchObject({ state: { all: { by: 'Lan' } }, revision: 50 });
    expect(store.given).toBe(3);
  });

  it('is read from the start in an older copy of the log, in another log, and in one that does not have it', async () => {
    const { store, known } = open();
    const older = new MemoryEventStore();
    store.log = older;
    await store.say('AlertingPaused', 'before');
    store.log = new MemoryEventStore();
    for await (const event of older.read(stream)) {
      await store.log.append(stream, [{ id: event.id, event, provenance: event.provenance }], 'any');
    }
    await store.say('AlertingResumed', 'later');
    expect(await known.load()).toMatchObject({ state: { all: null }, revision: 1 });
    store.log = older;
    expect(await known.load()).toMatchObject({ state: { all: { by: 'before' } }, revision: 0 });
    store.log = new MemoryEventStore();
    await store.say('AlertingPaused', 'another');
    await store.say('AlertingPaused', 'another again');
    expect(await known.load()).toMatchObject({ state: { all: { by: 'another again' } }, revision: 1 });
    store.log = new MemoryEventStore();
    expect(await known.load()).toEqual({ state: operatorOrdersDecider.initialState, revision: -1 });
  });

  it('is read from the start if an older copy came to the same last event at the same position again', async () => {
    const { store, known } = open();
    const logs = [new MemoryEventStore(), new MemoryEventStore()];
    for (const [i, log] of logs.entries()) {
      store.log = log;
      log.now = () => i * 60_000;
      await store.say('AlertingPaused', i === 0 ? 'Lan' : 'Minh');
      // An id that is derived only from the content.
      const event = {
        type: 'AlertingResumed' as const,
        data: { provider: 'esms', reason: 'a test' },
      };
      await log.append(stream, [{ id: 'same', event, provenance: { source: 'test' } }], 'any');
    }
    for (const by of ['Lan', 'Minh']) {
      store.log = logs[by === 'Lan' ? 0 : 1] as MemoryEventStore;
      expect(await known.load()).toMatchObject({ state: { all: { by } }, revision: 1 });
    }
  });
});
