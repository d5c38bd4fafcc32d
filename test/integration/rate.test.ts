import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { RateLimit } from '../../src/platform/rate.js';
import { Queues } from '../../src/work/queues.js';
import { testServices } from '../support/services.js';

describe('A limit that several processes share', () => {
  const opened: Queues[] = [];
  let redisUrl: string;
  let storeId: string;
  const open = async (url = redisUrl) => {
    const queues = new Queues(url, storeId, () => undefined);
    opened.push(queues);
    await once(queues.redis, 'ready');
    return queues;
  };

  beforeEach(async () => {
    ({ redisUrl } = await testServices());
    storeId = randomUUID();
  }, 60_000);
  afterEach(async () => void (await Promise.all(opened.splice(0).map((queues) => queues.close()))));

  it('counts across all of them, for the configured time', async () => {
    const queues = await open();
    const one = new RateLimit('test', 3, 60, queues);
    const other = new RateLimit('test', 3, 60, await open());
    expect(await one.passes('a', 2)).toBe(true);
    expect(await other.passes('a')).toBe(true);
    expect(await one.passes('a')).toBe(false);
    expect(await other.passes('b')).toBe(true);
    const left = await queues.redis.pttl(`${queues.key('rate:test')}:a`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  it('is enforced by each process alone while Redis is unavailable, and together again afterwards', async () => {
    const queues = await open();
    const rate = new RateLimit('test', 2, 60, queues);
    expect(await rate.passes('a')).toBe(true);
    queues.redis.disconnect();
    const alone = [await rate.passes('a'), await rate.passes('a'), await rate.passes('a')];
    expect(alone).toEqual([true, true, false]);
    await queues.redis.connect();
    expect(await rate.passes('a')).toBe(true);
    expect(await rate.passes('a')).toBe(false);
  });

  it('makes nobody wait for a Redis that no longer answers', async () => {
    const { hostname, port } = new URL(redisUrl);
    const way = new URL(redisUrl);
    const answers: Socket[] = [];
    const between = createServer((socket) => {
      const redis = connect(Number(port), hostname);
      answers.push(redis);
      socket.pipe(redis).pipe(socket);
      socket.once('close', () => redis.destroy());
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    way.host = `127.0.0.1:${(between.address() as AddressInfo).port}`;
    const queues = await open(way.href);
    const rate = new RateLimit('test', 1, 60, queues);
    expect(await rate.passes('a')).toBe(true);
    answers.forEach((redis) => redis.unpipe());
    expect(await rate.passes('b')).toBe(true);
    expect(await rate.passes('b')).toBe(false);
    queues.redis.disconnect();
    between.close();
  });
});
