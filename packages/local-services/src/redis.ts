import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './data-folder.js';
import { ServicesError } from './services-error.js';
import type { LocalService } from './local-service.js';
import { findRedis, oldestRedis } from './tools.js';

/** The configuration of Redis. It holds queues, so it may evict nothing, and may lose one second of writes at most. */
export function redisConfiguration(settings: { bind: string; port: number; dir: string; password: string }): string {
  const quoted = settings.dir.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return [
    `bind ${settings.bind}`,
    `port ${settings.port}`,
    `dir "${quoted}"`,
    `requirepass ${settings.password}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** The system's Redis, with a configuration and a folder of its own: `<data>/redis`. */
export const localRedis: LocalService = {
  name: 'redis',
  hasPassword: true,
  startMs: 180_000,
  graceMs: 20_000,

  async missing() {
    const { command, tooOld } = await findRedis();
    if (command) return [];
    const needed = `redis-server ${oldestRedis.join('.')} or newer is needed`;
    if (!tooOld) return [{ tool: 'redis', why: `${needed}; found none` }];
    // This version comes from the system's packages, so installing them again would change nothing.
    throw new ServicesError(
      'tool-missing',
      `The services cannot start: ${needed}; found ${tooOld}.`,
      'Install one from another source (https://redis.io/downloads), start Docker, or set REDIS_URL to one elsewhere.',
    );
  },

  async prepare({ dataDir, port, password, say }) {
    const { command } = await findRedis();
    if (!command) throw new ServicesError('tool-missing', 'redis-server was not found.');
    const dir = join(dataDir, 'redis');
    makeFolder(dir);
    const file = join(dir, 'redis.conf');
    writeFileSync(file, redisConfiguration({ bind: '127.0.0.1', port, dir, password }), { mode: 0o600 });
    say(`Redis: starting on port ${port}`);
    return { command, args: [file], cwd: dir };
  },
};
