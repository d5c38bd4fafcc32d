import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { isForPeople, UserError } from '../../../src/kernel/errors.js';
import { openRuntime } from '../../../src/entrypoints/runtime.js';
import { requireServices } from '../../../src/platform/services.js';
import { startEventLogNode } from '@truyvet/event-log-node/server';
import { readConfig } from '../../../src/platform/config.js';

it('A process with another master key than the first one is refused', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-runtime-'));
  const node = await startEventLogNode({ port: 0, dataDir: join(dataDir, 'event-log') });
  const open = async (machine: string) => {
    const config = readConfig({
      TRUYVET_DATA: join(dataDir, machine),
      EVENTSTORE_URL: node.connectionString(),
      NEO4J_URL: 'bolt://127.0.0.1:1',
      NEO4J_PASSWORD: 'unused',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    const runtime = await openRuntime(config, pino({ level: 'silent' }));
    await runtime.close();
    return runtime.storeId;
  };
  try {
    const storeId = await open('one');
    expect(await open('one')).toBe(storeId);
    await expect(open('other')).rejects.toThrow(/another master key/);
  } finally {
    await node.close();
    rmSync(dataDir, { recursive: true });
  }
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('A command whose services are down', () => {
  it.each([
    ['event-log', 'The event log'],
    ['neo4j', 'Neo4j'],
    ['redis', 'Redis'],
  ] as const)('says that %s does not answer, and how to see and start the services', async (service, name) => {
    const port = await closedPort();
    const urls = {
      eventStoreUrl: `esdb://127.0.0.1:${port}?tls=false`,
      neo4j: { url: `bolt://127.0.0.1:${port}`, user: 'neo4j', password: 'none' },
      redisUrl: `redis://127.0.0.1:${port}`,
    };
    const refused = requireServices(urls, [service], 0);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining(`${name} does not answer`),
      fix: expect.stringMatching(/services status.*services up/),
    });
  });
});

describe('A command that the event log refuses', () => {
  const urls = (eventStoreUrl: string) => ({
    eventStoreUrl,
    neo4j: { url: 'bolt://127.0.0.1:1', user: 'neo4j', password: 'none' },
    redisUrl: 'redis://127.0.0.1:1',
  });

  it.each([
    ['a wrong password', /the user or the password is wrong/, (url: string) => url.replace(/:[^:@/]+@/, ':guessed@')],
    ['no user', /asks for a user and a password/, (url: string) => url.replace(/\/\/.*@/, '//')],
    ['an unknown authority', /not issued by a known authority/, (url: string) => url.replace(/&tlsCAFile=.*/, '')],
  ])('says so at once for %s, and does not ask to start the services', async (_, reason, spoil) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-refused-'));
    const node = await startEventLogNode({ port: 0, dataDir: join(dataDir, 'event-log') });
    try {
      const begun = Date.now();
      const error = await requireServices(urls(spoil(node.connectionString())), ['event-log'], 60_000).catch(
        (problem: unknown) => problem as UserError,
      );
      expect(Date.now() - begun).toBeLessThan(30_000);
      expect(isForPeople(error)).toBe(true);
      expect((error as UserError).message).toMatch(reason);
      expect((error as UserError).fix).not.toContain('services up');
      expect((error as UserError).fix).toContain('EVENTSTORE_URL');
      expect((error as UserError).message).not.toContain('guessed');
    } finally {
      await node.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});
