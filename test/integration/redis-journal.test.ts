import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { servicesDown, servicesUp } from '@truyvet/local-services';
import { freshInstallation } from '../support/services.js';

it('A Redis that crashed inside a transaction keeps what it accepts after its next start', async () => {
  const installation = await freshInstallation(['redis']);
  const { config, dataDir } = installation;
  const said: string[] = [];
  /** Starts Redis so that it acknowledges only what is on the disk, and kills it when the work is done. */
  const asked = async (work: (redis: Redis) => Promise<unknown>): Promise<void> => {
    const { redisUrl } = await servicesUp({ config, only: ['redis'], say: (line) => said.push(line) });
    const redis = new Redis(redisUrl);
    redis.on('error', () => undefined);
    try {
      await redis.config('SET', 'appendfsync', 'always');
      await work(redis);
    } finally {
      redis.disconnect();
      await installation.kill('redis');
    }
  };
  try {
    await asked(async (redis) => {
      await redis.set('before', '1');
      await redis.multi().set('a', '1').set('b', '2').exec();
    });
    const journal = journalOf(dataDir);
    // EXEC takes 14 bytes, so the cut falls into the command before it.
    truncateSync(journal, statSync(journal).size - 15);
    await asked(async (redis) => {
      expect(await redis.mget('before', 'a', 'b')).toEqual(['1', null, null]);
      await redis.set('after', '1');
    });
    await asked(async (redis) => expect(await redis.mget('before', 'after')).toEqual(['1', '1']));
    expect(said.join('\n')).toMatch(/a transaction that never ended; they were cut off/);
  } finally {
    await installation.remove();
  }
}, 120_000);

it('A Redis with a damaged journal says what to do, and starts after that was done', async () => {
  const installation = await freshInstallation(['redis']);
  const { config, dataDir } = installation;
  const up = () => servicesUp({ config, only: ['redis'] });
  try {
    const redis = new Redis(installation.urls.redisUrl);
    redis.on('error', () => undefined);
    for (let i = 0; i < 20; i++) await redis.set(`key ${i}`, 'value');
    redis.disconnect();
    await servicesDown({ config, only: ['redis'] });
    const journal = journalOf(dataDir);
    const bytes = readFileSync(journal);
    bytes.fill('x', 200, 220);
    writeFileSync(journal, bytes);

    const folder = join(dataDir, 'redis');
    await expect(up()).rejects.toMatchObject({
      fix: expect.stringContaining(`Remove the folder ${folder}, then start`),
    });
    rmSync(folder, { recursive: true });
    const again = new Redis((await up()).redisUrl);
    expect(await again.ping()).toBe('PONG');
    again.disconnect();
  } finally {
    await installation.remove();
  }
}, 120_000);

/** The file that a Redis writes to. */
function journalOf(dataDir: string): string {
  const folder = join(dataDir, 'redis', 'appendonlydir');
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof')) ?? '');
}
