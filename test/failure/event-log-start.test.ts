import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { memoryOf } from '@truyvet/local-services/machine';
import { unreadAppends } from '../support/sizes.js';
import { isRefused, launch, start, until, withFolder, type Refused } from './event-log-process.js';

async function refusal(dataDir: string, port = 0): Promise<Refused> {
  const started = await launch(dataDir, port);
  if (isRefused(started)) return started;
  await started.end('SIGKILL');
  throw new Error('The event log started, though it should not.');
}

describe('truyvet event-log', () => {
  it('reports that its port is in use, and exits', async () => {
    await withFolder(async (dir) => {
      const other = createServer();
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const { port } = other.address() as AddressInfo;
      const { code, output } = await refusal(join(dir, 'data'), port);
      await new Promise((done) => other.close(done));
      expect(code).toBe(1);
      expect(output).toContain(`Port ${port} on 127.0.0.1 is already in use.`);
      expect(output).not.toContain('    at ');
    });
  });

  it('refuses a folder that another process uses, and accepts it after that process was killed', async () => {
    await withFolder(async (dir) => {
      const first = await start(dir);
      const { code, output } = await refusal(dir);
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`in use by process ${first.process.pid}`));
      const client = EventStoreDBClient.connectionString(first.url);
      await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
      await client.dispose();
      await first.end('SIGKILL');
      const second = await start(dir);
      await second.end('SIGTERM');
    });
  });

  it('says what is wrong with a folder that cannot be used', async () => {
    await withFolder(async (dir) => {
      const file = join(dir, 'file');
      writeFileSync(file, '');
      expect(await refusal(file)).toMatchObject({ code: 1, output: expect.stringContaining('a folder is needed') });
      if (process.getuid?.() === 0) return;
      const closed = join(dir, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      expect(await refusal(closed)).toMatchObject({ code: 1, output: expect.stringContaining('cannot be used') });
    });
  });

  it('creates no file that anybody but its owner can read, whatever the umask', async () => {
    await withFolder(async (dir) => {
      const log = await launch(join(dir, 'data'), 0, 'umask 000;');
      if (isRefused(log)) throw new Error(log.output);
      await log.end('SIGTERM');
      const made = readdirSync(dir, { recursive: true, encoding: 'utf8' });
      expect(made.length).toBeGreaterThan(3);
      expect(made.filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0)).toEqual([]);
    });
  });

  it('refuses an invalid port', async () => {
    await withFolder(async (dir) => {
      expect(await refusal(dir, 70_000)).toMatchObject({ code: 1, output: expect.stringContaining('0 to 65535') });
    });
  });

  it('stops cleanly on SIGTERM, with callers connected and a subscription open', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.url);
      const errors: unknown[] = [];
      const subscription = client.subscribeToAll({ fromPosition: START });
      subscription.on('error', (error) => errors.push(error));
      await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
      expect(await node.end('SIGTERM')).toBe(0);
      await until('the subscriber is told', () => errors.length > 0);
      expect(errors[0]).toMatchObject({ type: 'unavailable' });
      await client.dispose();
    });
  });
});

describe('A full disk', () => {
  it.each([0, 16, 64])('at the start, with room for %i blocks, is reported in a sentence', async (blocks) => {
    await withFolder(async (dir) => {
      const started = await launch(dir, 0, `trap '' XFSZ; ulimit -f ${blocks};`);
      if (!isRefused(started)) await started.end('SIGKILL');
      expect(started).toMatchObject({ code: 1, output: expect.stringContaining('no room left on the disk') });
      expect((started as Refused).output).not.toContain('    at ');
    });
  });

  it('refuses the append and damages nothing: stored events can be read, small appends are stored, the next start is clean', async () => {
    await withFolder(async (dir) => {
      // To the writer, a limit on file sizes is a full disk: 3,000 blocks of 512 or 1,024 bytes.
      const node = await start(dir, 0, "trap '' XFSZ; ulimit -f 3000;");
      const client = EventStoreDBClient.connectionString(node.url);
      const large = { blob: 'x'.repeat(300_000) };
      let stored = 0;
      const fill = async (): Promise<void> => {
        for (; stored < 100; stored++) await client.appendToStream('s', jsonEvent({ type: 'T', data: large }));
      };
      await expect(fill()).rejects.toThrow(/no room left on the disk/);
      await client.appendToStream('s', jsonEvent({ type: 'Small', data: {} }));
      await client.dispose();
      expect(node.output()).toMatch(/no room left on the disk/);
      await node.end('SIGKILL');

      const again = await start(dir);
      const reader = EventStoreDBClient.connectionString(again.url);
      let events = 0;
      for await (const _ of reader.readStream('s')) events++;
      expect(events).toBe(stored + 1);
      expect(again.output()).not.toMatch(/Cut off/);
      await reader.dispose();
      await again.end('SIGTERM');
    });
  });
});

describe('A live subscriber that does not read', () => {
  const FILLER = 'x'.repeat(9_000);
  const LAST = BigInt(unreadAppends * 100 - 1);

  it('is dropped with a timeout, costs the node no memory, and misses nothing when it subscribes again', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.url);
      // Undefined on a system that does not report it.
      const memory = () => memoryOf(node.process.pid as number);
      const event = (i: number) => jsonEvent({ type: 'Filler', data: { i, filler: FILLER } });
      const batch = (b: number) => Array.from({ length: 100 }, (_, i) => event(b * 100 + i));
      const subscription = client.subscribeToStream('s', { fromRevision: START });
      let live = false;
      let revision = -1n;
      const errors: unknown[] = [];
      subscription.on('caughtUp', () => (live = true));
      subscription.on('data', ({ event: got }) => {
        revision = got!.revision;
        subscription.pause();
      });
      subscription.on('error', (error) => errors.push(error));
      await until('the subscriber is live', () => live);
      for (let b = 0; b < 10; b++) await client.appendToStream('s', batch(b));
      const before = memory();
      for (let b = 10; b < unreadAppends; b++) await client.appendToStream('s', batch(b));
      const after = memory();
      subscription.removeAllListeners('data');
      subscription.on('data', ({ event: got }) => (revision = got!.revision));
      subscription.resume();
      await until('the subscriber is dropped', () => errors.length > 0);
      expect(errors[0]).toMatchObject({ type: 'timeout', message: expect.stringContaining('Consumer too slow') });
      // The garbage that is not collected yet differs by tens of megabytes.
      const wentBy = (unreadAppends - 10) * 100 * FILLER.length;
      if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(wentBy / 2);
      const rest: bigint[] = [];
      for await (const { event: got } of client.subscribeToStream('s', { fromRevision: revision })) {
        rest.push(got!.revision);
        if (got!.revision === LAST) break;
      }
      expect(rest[0]).toBe(revision + 1n);
      expect(rest.length).toBe(Number(LAST - revision));
      await client.dispose();
      await node.end('SIGTERM');
    });
  }, 300_000);
});
