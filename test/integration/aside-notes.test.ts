import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { watchReaders } from '../../src/entrypoints/api/readers-health.js';
import { asideNote, RedisAsideNotes } from '../../src/event-log/aside-notes.js';
import { CheckpointsLost } from '../../src/event-log/checkpoints-lost.js';
import { RedisCheckpoints } from '../../src/event-log/redis-checkpoints.js';
import { askReadersForRetry, countLeftOut, leftOutByReaders } from '../../src/work/readers-aside.js';
import { Queues } from '../../src/work/queues.js';
import { describeAsideNotes } from '../contracts/aside-notes.js';
import { testServices } from '../support/services.js';

const opened: Queues[] = [];
afterEach(() => Promise.all(opened.splice(0).map((queues) => queues.close())));

/** A separate installation in the tests' Redis. */
async function fresh(): Promise<{ queues: Queues; notes: RedisAsideNotes }> {
  const { redisUrl } = await testServices();
  const queues = new Queues(redisUrl, randomUUID(), () => undefined);
  opened.push(queues);
  const key = (name: string) => queues.key(name);
  await new RedisCheckpoints(queues.redis, key).load('reader');
  return { queues, notes: new RedisAsideNotes(queues.redis, key) };
}

describeAsideNotes('in Redis', async () => (await fresh()).notes);

describe('Events that readers left out, in Redis', () => {
  const event = {
    ...{ id: 'e1', type: 'CheckedIn', stream: 'presence-An-202108', revision: 0 },
    position: { commit: 100n, prepare: 100n },
  };

  it('are listed by reader, counted, and requested for a retry, as projections status and retry do', async () => {
    const { queues, notes } = await fresh();
    expect(await leftOutByReaders(queues)).toEqual([]);
    // Whichever reader a module brings, it is known from its start.
    for (const reader of ['of-a-new-module', 'touched-cases']) await notes.load(reader);
    await notes.note('touched-cases', asideNote(event, 'it fails', 3));
    expect(await leftOutByReaders(queues)).toMatchObject([{ reader: 'touched-cases', id: 'e1', reason: 'it fails' }]);
    expect(Object.fromEntries(await countLeftOut(queues))).toEqual({ 'of-a-new-module': 0, 'touched-cases': 1 });
    expect(await askReadersForRetry(queues, 100n)).toBe(1);
    expect(await leftOutByReaders(queues)).toMatchObject([{ retry: true }]);
  });

  it('are counted for /metrics by reader, with the position of the first of each type, until handled', async () => {
    const { queues, notes } = await fresh();
    const registry = new Registry();
    watchReaders(queues, registry);
    const shown = async () => (await registry.metrics()).split('\n').filter((line) => line.includes('touched-cases'));
    await notes.load('touched-cases');
    expect(await shown()).toEqual(['truyvet_reader_set_aside_events{reader="touched-cases"} 0']);
    await notes.note('touched-cases', asideNote(event, 'it fails', 3));
    const later = { ...event, id: 'e2', position: { commit: 200n, prepare: 200n } };
    await notes.note('touched-cases', asideNote(later, 'it fails', 3));
    expect(await shown()).toEqual([
      'truyvet_reader_set_aside_events{reader="touched-cases"} 2',
      'truyvet_reader_set_aside_first_position{reader="touched-cases",type="CheckedIn"} 100',
    ]);
    for (const id of ['e1', 'e2']) await notes.remove('touched-cases', id);
    expect(await shown()).toEqual(['truyvet_reader_set_aside_events{reader="touched-cases"} 0']);
  });

  it('are not noted in a Redis that was emptied: everything is read again', async () => {
    const { queues, notes } = await fresh();
    await notes.load('reader');
    await queues.redis.del(queues.key('generation'));
    await expect(notes.note('reader', asideNote(event, 'it fails', 3))).rejects.toThrow(CheckpointsLost);
  });
});
