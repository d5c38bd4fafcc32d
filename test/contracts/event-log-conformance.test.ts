import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type * as Operations from '@eventstore/db-client/generated/operations_pb.js';
import type * as OperationsGrpc from '@eventstore/db-client/generated/operations_grpc_pb.js';
import { Metadata, credentials, status } from '@grpc/grpc-js';
import { accessFiles, accessFolderOf, type LogUser } from '../../src/platform/event-log-access.js';
import { start, withFolder } from '../failure/event-log-process.js';
import { SHARED } from '../support/shared.js';

const FOLDER = join(SHARED, 'eventstore-conformance');
const given = process.env['EVENTSTORE_URL'];

/** Runs the probes against a server; answers what they print. */
async function probe(url: string): Promise<string> {
  const args = [join(FOLDER, 'probes.mjs'), 'check', url, join(FOLDER, 'expected.json')];
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
      const load = createRequire(import.meta.url);
      const { OperationsClient } = load(
        '@eventstore/db-client/generated/operations_grpc_pb.js',
      ) as typeof OperationsGrpc;
      const { StartScavengeReq } = load('@eventstore/db-client/generated/operations_pb.js') as typeof Operations;
      const { authority, password } = accessFiles(accessFolderOf(dir));
      const channel = credentials.createSsl(readFileSync(authority));
      const operations = new OperationsClient(`localhost:${node.port}`, channel);
      const scavengeAs = (user: LogUser) =>
        new Promise<void>((done, fail) => {
          const metadata = new Metadata();
          const secret = `${user}:${readFileSync(password(user), 'utf8').trim()}`;
          metadata.set('authorization', `Basic ${Buffer.from(secret).toString('base64')}`);
          operations.startScavenge(new StartScavengeReq(), metadata, (error) => (error ? fail(error) : done()));
        });
      await expect(scavengeAs('truyvet')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
      expect(holds('a-secret-of-one-person')).toBe(true);
      await scavengeAs('admin');
      operations.close();
      expect([holds('a-secret-of-one-person'), holds('another-secret')]).toEqual([false, true]);
      await client.dispose();
      await node.end('SIGTERM');
    });
  });

  it('takes appends that come with credentials of their own, one call each', async () => {
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
