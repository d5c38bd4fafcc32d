import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccess } from '../src/access/access.js';
import { GossipService, OperationsService, ServerFeaturesService, StreamsService } from '../src/serve/definitions.js';
import { startEventLogNode, type EventLogNode } from '../src/server.js';
import { accessFiles, accessFolderOf, type LogUser } from '../src/event-log-access.js';

let folder: string;
let node: EventLogNode;
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-guard-'));
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log'), warn: (text) => told.push(text) });
});

afterAll(async () => {
  await node.close();
  rmSync(folder, { recursive: true });
});

const files = () => accessFiles(accessFolderOf(join(folder, 'log')));
const passwordOf = (user: LogUser) => readFileSync(files().password(user), 'utf8').trim();
const event = () => jsonEvent({ type: 'T', data: {} });

async function by<T>(url: string, work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await work(client);
  } finally {
    await client.dispose();
  }
}

/** Calls a method with an empty message and this authorization header; answers the status. */
async function statusOf(path: string, header?: string): Promise<status> {
  const client = new Client(`localhost:${node.port}`, credentials.createSsl(readFileSync(files().authority)));
  const metadata = new Metadata();
  if (header !== undefined) metadata.set('authorization', header);
  const pass = (bytes: Buffer) => bytes;
  const answer = await new Promise<status>((resolve) => {
    client.makeUnaryRequest(path, pass, pass, Buffer.alloc(0), metadata, { deadline: Date.now() + 5_000 }, (error) =>
      resolve(error?.code ?? status.OK),
    );
  });
  client.close();
  return answer;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const pathsOf = (...services: object[]) =>
  services.flatMap((service) => Object.values(service as { path: string }[]).map(({ path }) => path));

describe('A caller without a password of the event log', () => {
  it.each(pathsOf(StreamsService, OperationsService))('is refused %s', async (path) => {
    expect(await statusOf(path)).toBe(status.UNAUTHENTICATED);
    expect(await statusOf(path, basic('truyvet', 'guessed'))).toBe(status.UNAUTHENTICATED);
    expect(await statusOf(path, basic('admin', passwordOf('truyvet')))).toBe(status.UNAUTHENTICATED);
  });

  it('gets only the version and the address of the log, because the official client asks for them without a user', async () => {
    for (const path of pathsOf(GossipService, ServerFeaturesService)) expect(await statusOf(path)).toBe(status.OK);
  });

  it('reads nothing, appends nothing, and is told why', async () => {
    await by(node.connectionString(), (client) => client.appendToStream('case-1', event()));
    for (const [url, why] of [
      [node.address, /asks for a user and a password/],
      [node.address.replace('//', '//truyvet:guessed@'), /user or the password is wrong/],
    ] as const) {
      await by(url, async (client) => {
        const refused = { type: 'access-denied', code: status.UNAUTHENTICATED, message: expect.stringMatching(why) };
        await expect(client.appendToStream('case-1', event())).rejects.toMatchObject(refused);
        await expect(client.readAll({ maxCount: 1 }).toArray()).rejects.toMatchObject(refused);
        await expect(client.subscribeToAll().toArray()).rejects.toMatchObject(refused);
        await expect(client.tombstoneStream('case-1')).rejects.toMatchObject(refused);
      });
    }
    const kept = await by(node.connectionString(), (client) => client.readStream('case-1').toArray());
    expect(kept).toHaveLength(1);
    expect(told.join()).toMatch(/refused without a valid user and password, the last one from .*127\.0\.0\.1/);
  });

  it('gets no answer without TLS, so that no password is ever sent in clear', async () => {
    const plain = node.connectionString().replace('tls=true', 'tls=false');
    await by(plain, (client) => expect(client.readAll({ maxCount: 1 }).toArray()).rejects.toMatchObject({ code: 14 }));
  });

  it('cannot impersonate the log, because callers know its authority', async () => {
    await openAccess(join(folder, 'other'), '127.0.0.1');
    const authority = encodeURIComponent(accessFiles(join(folder, 'other')).authority);
    const url = node.connectionString().replace(/tlsCAFile=.*/, `tlsCAFile=${authority}`);
    await by(url, (client) =>
      expect(client.readAll({ maxCount: 1 }).toArray()).rejects.toThrow(/unable to verify|self.signed|issuer/),
    );
  });
});

describe('The user of ordinary processes', () => {
  it('appends and reads, in batches in one call', async () => {
    await by(node.connectionString(), async (client) => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => client.appendToStream(`p-${i % 5}`, [event(), event()])));
      expect(await client.readStream('p-0').toArray()).toHaveLength(20);
    });
  });

  it.each(['delete', 'tombstone', 'cut off', 'set metadata of', 'write to a system stream beside'])(
    'cannot %s a stream',
    async (deed) => {
      await by(node.connectionString(), async (client) => {
        await client.appendToStream('kept', event());
        const before = (await client.readStream('kept').toArray()).length;
        const caller = { username: 'truyvet', password: passwordOf('truyvet') };
        const refused = {
          delete: () => client.deleteStream('kept'),
          tombstone: () => client.tombstoneStream('kept'),
          'cut off': () => client.setStreamMetadata('kept', { truncateBefore: 10 }),
          'set metadata of': () => client.setStreamMetadata('kept', { maxCount: 0 }, { credentials: caller }),
          'write to a system stream beside': () => client.appendToStream('$settings', event()),
        }[deed]!();
        await expect(refused).rejects.toMatchObject({ type: 'access-denied' });
        expect(await client.readStream('kept').toArray()).toHaveLength(before);
      });
    },
  );

  it('cannot scavenge', async () => {
    const [path] = pathsOf({ startScavenge: OperationsService.startScavenge });
    expect(await statusOf(path!, basic('truyvet', passwordOf('truyvet')))).toBe(status.PERMISSION_DENIED);
    expect(await statusOf(path!, basic('admin', passwordOf('admin')))).toBe(status.OK);
  });
});

describe('The administrator of the event log', () => {
  it('sets metadata, deletes and tombstones', async () => {
    await by(node.connectionString('admin'), async (client) => {
      await client.appendToStream('old', [event(), event(), event()]);
      await client.setStreamMetadata('old', { truncateBefore: 2 });
      expect(await client.readStream('old').toArray()).toHaveLength(1);
      await client.deleteStream('old');
      await client.tombstoneStream('old');
      await expect(client.appendToStream('old', event())).rejects.toMatchObject({ type: 'stream-deleted' });
    });
  });
});

it('Nothing that the node prints contains a password', () => {
  expect(node.address).not.toMatch(/@/);
  for (const user of ['truyvet', 'admin'] as const) {
    expect(node.address + told.join()).not.toContain(passwordOf(user));
    expect(node.connectionString(user)).toContain(passwordOf(user));
  }
});
