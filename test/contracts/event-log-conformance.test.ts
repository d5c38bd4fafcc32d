import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { start, withFolder } from '../failure/event-log-process.js';

const FOLDER = resolve('../shared/eventstore-conformance');
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
      const client = EventStoreDBClient.connectionString(`esdb+discover://127.0.0.1:${node.port}?tls=false`);
      const { success } = await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
      await client.dispose();
      await node.end('SIGTERM');
      expect(success).toBe(true);
    });
  });

  it('takes appends that come with credentials of their own, one call each', async () => {
    await withFolder(async (dir) => {
      const node = await start(dir);
      const client = EventStoreDBClient.connectionString(node.url);
      const credentials = { username: 'anyone', password: 'anything' };
      const event = jsonEvent({ type: 'T', data: {} });
      await client.appendToStream('s', event, { credentials, expectedRevision: 'no_stream' });
      const again = client.appendToStream('s', jsonEvent({ type: 'T', data: {} }), {
        credentials,
        expectedRevision: 'no_stream',
      });
      await expect(again).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 0n });
      await client.dispose();
      await node.end('SIGTERM');
    });
  });
});
