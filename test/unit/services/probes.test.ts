import { CATALOGUE } from '../../support/catalogue.js';
import { BACKWARDS, END, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreClient } from '../../../src/event-log/eventstore-client.js';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';
import { endLogClient } from '@truyvet/event-log-node/client';
import { probe } from '@truyvet/local-services/probes';
import type { ServiceUrls } from '@truyvet/local-services';
import { deadline } from '../../support/deadline.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-probes-'));
/** Connections to the log, which all go through a counting proxy. */
const open = new Set<Socket>();
let taken = 0;
let node: EventLogNode;
let door: Server;
let url: string;

beforeAll(async () => {
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
  door = createServer((caller) => {
    taken++;
    open.add(caller);
    const log = connect(node.port, '127.0.0.1');
    for (const socket of [caller, log]) socket.on('error', () => undefined);
    caller.once('close', () => open.delete(caller));
    caller.pipe(log).pipe(caller);
  });
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening));
  url = node.connectionString().replace(`:${node.port}`, `:${(door.address() as AddressInfo).port}`);
});

afterAll(async () => {
  open.forEach((socket) => socket.destroy());
  door.close();
  await node.close();
  rmSync(folder, { recursive: true });
});

describe('A check whether the event log answers', () => {
  it('keeps no connection to it, however often it is made', async () => {
    for (let i = 0; i < 3; i++) await probe('event-log', { eventStoreUrl: url } as ServiceUrls);
    expect(taken).toBeGreaterThanOrEqual(3);
    await expectNoneOpen();
  });

  it('keeps none either if the log refuses it', async () => {
    const wrong = url.replace(/:[^:@/]+@/, ':wrong@');
    await expect(probe('event-log', { eventStoreUrl: wrong } as ServiceUrls)).rejects.toThrow(/password/);
    await expectNoneOpen();
  });
});

describe('An event store', () => {
  it('that is closed keeps no connection to its log', async () => {
    const before = taken;
    const store = new EventStoreClient(url, CATALOGUE);
    await store.end();
    expect(taken).toBeGreaterThan(before);
    await store.close();
    await expectNoneOpen();
  });
});

it('A client that is ended keeps no connection, though one of its reads was stopped and never ends', async () => {
  const client = EventStoreDBClient.connectionString(url);
  await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
  for await (const _ of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })) break;
  await endLogClient(client);
  await expectNoneOpen();
});

async function expectNoneOpen(): Promise<void> {
  for (const late = deadline(10_000); open.size > 0; await delay(20)) {
    if (late.passed()) throw new Error(`${open.size} connections stay open`);
  }
}
