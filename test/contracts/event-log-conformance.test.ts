import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { accessFiles, accessFolderOf, logUrl, type LogUser } from '@truyvet/event-log-node';
import { start, withFolder } from '../failure/event-log-process.js';
import { GivenServer } from '../support/given-server.js';
import { scavenge, versionOf } from '../support/log-calls.js';
import { SHARED } from '../support/shared.js';

const FOLDER = join(SHARED, 'eventstore-conformance');
const given = process.env['EVENTSTORE_URL'];

/** The accepted differences from 23.10, by the version that a server reports. */
const acceptedOf = (version: string): string | undefined =>
  /^26\.1\./.test(version) ? join(FOLDER, 'accepted-kurrentdb-26.1.json') : undefined;

/** Runs the probes against a server and returns their output. */
async function probe(url: string): Promise<string> {
  const accepted = acceptedOf(await versionOf(url));
  const args = [
    join(FOLDER, 'probes.mjs'),
    'check',
    url,
    join(FOLDER, 'expected.json'),
    ...(accepted ? [accepted] : []),
  ];
  const run = promisify(execFile)(process.execPath, args);
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout ?? error.message,
  );
}

const whenThere = existsSync(FOLDER) ? describe : describe.skip;
if (!existsSync(FOLDER)) console.log(`Skipped the conformance probes: ${FOLDER} is not there.`);

whenThere('The conformance probes', () => {
  it('find no difference between a real EventStoreDB and the embedded event log', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const said = await probe(node.url);
      await node.end('SIGTERM');
      expect(said.trim()).toBe('81 passed, 0 failed');
    });
  }, 120_000);

  it('accept from a server only the known differences of its version', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      expect(await versionOf(node.url)).toBe('23.10.6');
      for (const [reported, accepted] of [
        ['26.1.0', expect.stringMatching(/accepted-kurrentdb-26\.1\.json$/)],
        ['26.1.1-rc.2', expect.stringMatching(/accepted-kurrentdb-26\.1\.json$/)],
        ['26.2.0', undefined],
        ['25.1.0', undefined],
      ] as const) {
        const server = await GivenServer.before(node.userUrl, { version: reported });
        const version = await versionOf(server.url());
        await server.close();
        expect({ version, accepted: acceptedOf(version) }).toEqual({ version: reported, accepted });
      }
      await node.end('SIGTERM');
    });
  });

  const whenGiven = given ? it : it.skip;
  if (!given) console.log('Skipped the probes of a real server: EVENTSTORE_URL is not given.');
  whenGiven(
    'find no difference in the server at EVENTSTORE_URL',
    async () => {
      expect((await probe(given!)).trim()).toBe('81 passed, 0 failed');
    },
    120_000,
  );
});

describe('The embedded event log', () => {
  it('is found by discovery, as a cluster of one', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.userUrl.replace('esdb:', 'esdb+discover:'));
      const { success } = await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
      await client.dispose();
      await node.end('SIGTERM');
      expect(success).toBe(true);
    });
  });

  it('erases a tombstoned stream from its files before it answers StartScavenge', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.url);
      await client.appendToStream('key-1', jsonEvent({ type: 'Wrapped', data: { key: 'a-secret-of-one-person' } }));
      await client.appendToStream('key-2', jsonEvent({ type: 'Wrapped', data: { key: 'another-secret' } }));
      await client.tombstoneStream('key-1');
      const holds = (text: string): boolean =>
        readdirSync(dir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .some((file) => readFileSync(join(file.parentPath, file.name)).includes(text));
      expect([holds('a-secret-of-one-person'), holds('another-secret')]).toEqual([true, true]);
      const scavengeAs = (user: LogUser) =>
        scavenge(logUrl({ host: 'localhost', port: node.port }, accessFolderOf(dir), user) ?? '');
      await expect(scavengeAs('truyvet')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      expect(holds('a-secret-of-one-person')).toBe(true);
      await scavengeAs('admin');
      expect([holds('a-secret-of-one-person'), holds('another-secret')]).toEqual([false, true]);
      await client.dispose();
      await node.end('SIGTERM');
    });
  });

  it('accepts appends with their own credentials, in one call each', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.openUrl);
      const password = readFileSync(accessFiles(accessFolderOf(dir)).password('truyvet'), 'utf8').trim();
      const caller = { username: 'truyvet', password };
      const event = jsonEvent({ type: 'T', data: {} });
      await client.appendToStream('s', event, { credentials: caller, expectedRevision: 'no_stream' });
      const again = client.appendToStream('s', jsonEvent({ type: 'T', data: {} }), {
        credentials: caller,
        expectedRevision: 'no_stream',
      });
      await expect(again).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 0n });
      await client.dispose();
      await node.end('SIGTERM');
    });
  });
});
