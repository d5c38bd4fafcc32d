import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { asideNote, RedisAsideNotes } from '../../src/log/aside-notes.js';
import { CheckpointsLost } from '../../src/log/checkpoints-lost.js';
import { RedisCheckpoints } from '../../src/log/redis-checkpoints.js';
import { askReadersForRetry, countLeftOut, leftOutByReaders } from '../../src/entrypoints/readers-aside.js';
import { Queues } from '../../src/platform/queues.js';
import { describeAsideNotes } from '../contracts/aside-notes.js';
import { testServices } from '../support/services.js';

const opened: Queues[] = [];
afterEach(() => Promise.all(opened.splice(0).map((queues) => queues.close())));

/** An installation of its own in the Redis of the tests. */
async function fresh(): Promise<{ queues: Queues; notes: RedisAsideNotes }> {
  const { redisUrl } = await testServices();
  const queues = new Queues(redisUrl, randomUUID(), () => undefined);
  opened.push(queues);
  const key = (name: string) => queues.key(name);
  await new RedisCheckpoints(queues.redis, key).load('reader');
  return { queues, notes: new RedisAsideNotes(queues.redis, key) };
}

describeAsideNotes('in Redis', async () => (await fresh()).notes);

describe('What readers left out, in Redis', () => {
  const event = {
    ...{ id: 'e1', type: 'CheckedIn', stream: 'presence-An-202108', revision: 0 },
    position: { commit: 100n, prepare: 100n },
  };

  it('is listed by reader, counted, and wanted tried again, as projections status and retry ask for it', async () => {
    const { queues, notes } = await fresh();
    await notes.load('touched-cases');
    await notes.note('touched-cases', asideNote(event, 'it fails', 3));
    expect(await leftOutByReaders(queues)).toMatchObject([{ reader: 'touched-cases', id: 'e1', reason: 'it fails' }]);
    expect(Object.fromEntries(await countLeftOut(queues))).toMatchObject({ 'open-cases': 0, 'touched-cases': 1 });
    expect(await askReadersForRetry(queues, 100n)).toBe(1);
    expect(await leftOutByReaders(queues)).toMatchObject([{ retry: true }]);
  });

  it('is not noted in a Redis that was emptied: all is read again', async () => {
    const { queues, notes } = await fresh();
    await notes.load('reader');
    await queues.redis.del(queues.key('generation'));
    await expect(notes.note('reader', asideNote(event, 'it fails', 3))).rejects.toThrow(CheckpointsLost);
  });
});
