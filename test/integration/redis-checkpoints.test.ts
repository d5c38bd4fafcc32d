import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { derivedQueues } from '../../src/event-log/redis-log-mark.js';
import { RedisCheckpoints } from '../../src/event-log/redis-checkpoints.js';
import { Queues } from '../../src/work/queues.js';
import { testServices } from '../support/services.js';

const opened: Queues[] = [];
afterEach(() => Promise.all(opened.splice(0).map((queues) => queues.close())));

const at = (commit: bigint) => ({ commit, prepare: commit });
const eventAt = (commit: bigint) => ({ id: `e${commit}`, stream: 'presence-An', revision: 3, position: at(commit) });

describe('The position of a reader, in Redis', () => {
  it('is stored with the last event that it received, and together these identify the log of the queues', async () => {
    const { redisUrl } = await testServices();
    const queues = new Queues(redisUrl, randomUUID(), () => undefined);
    opened.push(queues);
    const key = (name: string) => queues.key(name);
    const checkpoints = new RedisCheckpoints(queues.redis, key);
    const derived = derivedQueues(queues.redis, key, ['slow', 'fast', 'new'], () => queues.forget([]));
    for (const name of ['slow', 'fast', 'new']) {
      expect(await checkpoints.load(name)).toEqual({ position: undefined, given: undefined });
    }
    expect(await derived.known()).toEqual({ mark: undefined, passed: undefined, given: [] });
    await checkpoints.save('slow', at(100n), eventAt(100n));
    await checkpoints.save('fast', at(250n), eventAt(200n));
    // Further on there were no events for it.
    await checkpoints.save('fast', at(300n));
    expect(await checkpoints.load('fast')).toEqual({ position: at(300n), given: eventAt(200n) });
    expect(await derived.known()).toEqual({
      ...{ mark: undefined, passed: at(300n) },
      given: [eventAt(100n), eventAt(200n)],
    });
    await derived.makeAgain({ standing: 'shorter', known: at(200n), end: at(50n) });
    expect(await derived.known()).toEqual({ mark: undefined, passed: undefined, given: [] });
  }, 60_000);
});
