import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStoreDBClient, START, binaryEvent, eventTypeFilter, jsonEvent } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import { connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GossipService, StreamsService, sharedPb, streamsPb } from '../src/serve/definitions.js';
import { boundIncoming } from '../src/serve/incoming.js';
import { Unfinished } from '../src/serve/unfinished.js';
import { startEventLogNode, type EventLogNode } from '../src/server.js';
import { accessFiles, accessFolderOf } from '../src/event-log-access.js';

const MIB = 1024 * 1024;
let folder: string;
let node: EventLogNode;
let client: EventStoreDBClient;
let admin: EventStoreDBClient;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-bounds-'));
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
  client = EventStoreDBClient.connectionString(node.connectionString());
  admin = EventStoreDBClient.connectionString(node.connectionString('admin'));
});

afterAll(async () => {
  for (const session of sessions) session.destroy();
  await client.dispose();
  await admin.dispose();
  await node.close();
  rmSync(folder, { recursive: true });
});

const files = () => accessFiles(accessFolderOf(join(folder, 'log')));
const event = (type = 'T') => jsonEvent({ type, data: {} });
const appendsAsUsual = () => client.appendToStream('usual', event());

/** An HTTP/2 connection on which the test can send any bytes. */
function session(): ClientHttp2Session {
  const opened = connect(`https://localhost:${node.port}`, { ca: readFileSync(files().authority) });
  opened.on('error', () => undefined);
  sessions.push(opened);
  return opened;
}

/** A gRPC call, with the credentials of ordinary processes or without any. */
function call(
  on: ClientHttp2Session,
  path: string,
  named = true,
): { stream: ClientHttp2Stream; ended: Promise<number> } {
  const secret = `truyvet:${readFileSync(files().password('truyvet'), 'utf8').trim()}`;
  const stream = on.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(named && { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }),
  });
  stream.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => {
    const told = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']));
    };
    stream.on('response', told).on('trailers', told);
  });
  return { stream, ended };
}

function headerOf(length: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(length, 1);
  return header;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const late = Date.now() + 80_000; !holds(); await delay(10)) {
    if (Date.now() > late) throw new Error(`not yet: ${what}`);
  }
}

async function closed(connections: readonly ClientHttp2Session[]): Promise<void> {
  const ends = connections.map((on) => once(on, 'close'));
  for (const on of connections) on.destroy();
  await Promise.all(ends);
}

/** Appends with a message that comes in two parts, and expects that it is stored. */
async function beginsAndEnds(on: ClientHttp2Session): Promise<void> {
  const { stream, ended } = call(on, StreamsService.batchAppend.path);
  stream.resume();
  const part = new streamsPb.BatchAppendReq();
  const id = new sharedPb.UUID();
  id.setString('00000000-0000-4000-8000-000000000002');
  part.setCorrelationId(id);
  const name = new sharedPb.StreamIdentifier();
  name.setStreamName(Buffer.from('in-parts'));
  const options = new streamsPb.BatchAppendReq.Options();
  options.setStreamIdentifier(name);
  options.setAny(new sharedPb.Empty() as never);
  part.setOptions(options);
  const event = new streamsPb.BatchAppendReq.ProposedMessage();
  event.setId(id);
  event.getMetadataMap().set('type', 'T').set('content-type', 'application/json');
  event.setData(Buffer.alloc(100_000, 0x20));
  part.addProposedMessages(event);
  part.setIsFinal(true);
  const bytes = part.serializeBinary();
  stream.write(headerOf(bytes.length));
  for (let at = 0; at < bytes.length; at += 10_000) stream.write(bytes.subarray(at, at + 10_000));
  stream.end();
  expect(await ended).toBe(status.OK);
}

describe('The memory that the event log uses for incomplete messages', () => {
  it('is almost nothing for a caller without credentials', async () => {
    const { stream, ended } = call(session(), GossipService.read.path, false);
    stream.write(headerOf(MIB));
    expect(await ended).toBe(status.RESOURCE_EXHAUSTED);
  });

  it.each(['read', 'delete', 'tombstone'] as const)('is as much as a read may need, for %s', async (method) => {
    const { stream, ended } = call(session(), StreamsService[method].path, method === 'read');
    stream.write(headerOf(MIB));
    // A caller without credentials gets this error first.
    expect(await ended).toBe(method === 'read' ? status.RESOURCE_EXHAUSTED : status.UNAUTHENTICATED);
  });

  it('has a limit for all together, while complete messages are accepted', async () => {
    // Five unfinished messages of 16 MiB are more than 64 MiB. Each connection alone may hold less than that.
    const connections = Array.from({ length: 5 }, session);
    const calls = connections.map((on) => call(on, StreamsService.batchAppend.path));
    for (const { stream } of calls) {
      stream.write(headerOf(16 * MIB));
      stream.write(Buffer.alloc(16 * MIB - 1));
    }
    expect(await Promise.race(calls.map(({ ended }) => ended))).toBe(status.RESOURCE_EXHAUSTED);
    await appendsAsUsual();
    await closed(connections);
    await client.appendToStream('large', jsonEvent({ type: 'T', data: { text: 'x'.repeat(900_000) } }));
  });

  it('has a limit per connection, and one takes nothing from another', async () => {
    const [greedy, other] = [session(), session()];
    const calls = Array.from({ length: 2 }, () => call(greedy, StreamsService.batchAppend.path));
    for (const { stream } of calls) {
      stream.write(headerOf(16 * MIB));
      stream.write(Buffer.alloc(16 * MIB - 1));
    }
    expect(await Promise.race(calls.map(({ ended }) => ended))).toBe(status.RESOURCE_EXHAUSTED);
    await beginsAndEnds(other);
    await closed([greedy]);
  });

  it('is small for callers without credentials, who take none from those with credentials', async () => {
    // Each connection may hold 64 KiB and all together one MiB: sixteen connections take all of it.
    const strangers = Array.from({ length: 18 }, session);
    const calls = strangers.flatMap((on) => Array.from({ length: 17 }, () => call(on, GossipService.read.path, false)));
    let refused = 0;
    for (const { stream, ended } of calls) {
      stream.write(Buffer.concat([headerOf(4_096), Buffer.alloc(4_000)]));
      void ended.then((code) => (refused += code === status.RESOURCE_EXHAUSTED ? 1 : 0));
    }
    // At least the last call of each connection, and all other calls of one connection.
    await until('what is too much is refused', () => refused >= 18 + 16);
    await beginsAndEnds(session());
    await appendsAsUsual();
    await closed(strangers);
  });

  it('is freed if the end does not arrive in time, or when the caller leaves', () => {
    jest.useFakeTimers();
    try {
      const { StreamDecoder } = createRequire(import.meta.url)('@grpc/grpc-js/build/src/stream-decoder.js') as {
        StreamDecoder: new (most: number) => { write(data: Buffer): Buffer[] };
      };
      const unfinished = new Unfinished();
      const open = () => {
        const told: number[] = [];
        const stream = new EventEmitter();
        const decoder = new StreamDecoder(-1);
        const sendStatus = ({ code }: { code: number }) => told.push(code);
        const getPeer = () => 'here';
        const inside = { decoder, stream, sendStatus, getPeer };
        boundIncoming(inside, StreamsService.batchAppend.path, unfinished, 1_000);
        return { told, stream, decoder };
      };
      const [slow, gone, whole] = [open(), open(), open()];
      for (const { decoder } of [slow, gone, whole]) decoder.write(Buffer.concat([headerOf(100), Buffer.alloc(40)]));
      expect(unfinished.bytes).toBe(120);
      gone.stream.emit('close');
      expect(whole.decoder.write(Buffer.alloc(60))).toHaveLength(1);
      expect(unfinished.bytes).toBe(40);
      jest.advanceTimersByTime(900);
      slow.decoder.write(Buffer.alloc(1));
      jest.advanceTimersByTime(200);
      expect([slow.told, gone.told, whole.told]).toEqual([[status.DEADLINE_EXCEEDED], [], []]);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('Connections and calls of the event log', () => {
  it('each have a limit: a caller beyond it is refused, and admitted when others are gone', async () => {
    const sockets: Socket[] = [];
    let cut = 0;
    for (let i = 0; i < 300; i++) {
      const socket = dial(node.port, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => cut++);
      sockets.push(socket);
    }
    await until('those beyond 256 are cut off', () => cut >= 44);
    for (const socket of sockets) socket.destroy();
    await until('all are gone', () => cut === 300);
    const on = session();
    const [settings] = (await once(on, 'remoteSettings')) as [{ maxConcurrentStreams: number }];
    expect(settings.maxConcurrentStreams).toBe(1_000);
  });
});

describe('The name of an event or a stream', () => {
  it.each([
    ['a name of 65,535 bytes', () => client.appendToStream('n'.repeat(65_535), event()), undefined],
    ['a longer name', () => client.appendToStream('n'.repeat(65_536), event()), { type: 'unknown' }],
    [
      'a type of half a million letters',
      () => client.appendToStream('t', event('T'.repeat(600_000))),
      { type: 'maximum-append-size-exceeded' },
    ],
    [
      'metadata of a mebibyte',
      () => client.appendToStream('m', binaryEvent({ type: 'T', data: Buffer.alloc(0), metadata: Buffer.alloc(MIB) })),
      { type: 'maximum-append-size-exceeded' },
    ],
  ])('has a limit: %s', async (_, work, refused) => {
    if (refused) await expect(work()).rejects.toMatchObject(refused);
    else expect(await work()).toMatchObject({ success: true });
    await appendsAsUsual();
  });

  it('keeps of a content type only whether the event is JSON', async () => {
    const on = session();
    const { stream, ended } = call(on, StreamsService.append.path);
    const options = new streamsPb.AppendReq.Options();
    const name = new sharedPb.StreamIdentifier();
    name.setStreamName(Buffer.from('typed'));
    options.setStreamIdentifier(name);
    options.setAny(new sharedPb.Empty() as never);
    const first = new streamsPb.AppendReq();
    first.setOptions(options);
    const message = new streamsPb.AppendReq.ProposedMessage();
    const id = new sharedPb.UUID();
    id.setString('00000000-0000-4000-8000-000000000001');
    message.setId(id);
    message
      .getMetadataMap()
      .set('type', 'T')
      .set('content-type', 'x'.repeat(2 * MIB));
    const second = new streamsPb.AppendReq();
    second.setProposedMessage(message);
    for (const part of [first, second]) {
      const bytes = part.serializeBinary();
      stream.write(Buffer.concat([headerOf(bytes.length), bytes]));
    }
    stream.end();
    stream.resume();
    expect(await ended).toBe(status.OK);
    const [stored] = await client.readStream('typed').toArray();
    expect(stored?.event).toMatchObject({ type: 'T', isJson: false });
    on.destroy();
  });
});

describe('A filter', () => {
  it('has a limit, because each event is matched against all of it', async () => {
    for (const prefixes of [Array.from({ length: 1_001 }, (_, i) => `p${i}`), ['p'.repeat(70_000)]]) {
      const subscription = client.subscribeToAll({ filter: eventTypeFilter({ prefixes }) });
      const error = new Promise<unknown>((resolve) => subscription.on('error', resolve));
      subscription.on('data', () => undefined);
      expect(await error).toMatchObject({ code: status.INVALID_ARGUMENT });
    }
    await appendsAsUsual();
  });
});

it('The metadata of a stream may nest without end: the log reads no limits from them, and continues', async () => {
  await client.appendToStream('nested', [event(), event()]);
  const deep = Buffer.from('{"$tb":1,"a":'.repeat(40_000) + '1' + '}'.repeat(40_000));
  const id = '00000000-0000-4000-8000-000000000002';
  await admin.appendToStream('$$nested', binaryEvent({ id, type: '$metadata', data: deep }) as never);
  expect(await client.readStream('nested').toArray()).toHaveLength(2);
  await admin.deleteStream('nested');
  await expect(client.readStream('nested').toArray()).rejects.toMatchObject({ type: 'stream-not-found' });
  await appendsAsUsual();
});

it('Subscribers that never read cost the log no more than their position in it', async () => {
  const { position } = await client.appendToStream('much', event());
  const data = Buffer.alloc(64 * 1024);
  const much = () => Array.from({ length: 15 }, () => binaryEvent({ type: 'Much', data }));
  for (let i = 0; i < 8; i++) await client.appendToStream('much', much());
  const before = process.memoryUsage().rss;
  const request = new streamsPb.ReadReq();
  const options = new streamsPb.ReadReq.Options();
  const all = new streamsPb.ReadReq.Options.AllOptions();
  all.setStart(new sharedPb.Empty() as never);
  options.setAll(all);
  options.setSubscription(new streamsPb.ReadReq.Options.SubscriptionOptions());
  options.setNoFilter(new sharedPb.Empty() as never);
  const uuid = new streamsPb.ReadReq.Options.UUIDOption();
  uuid.setString(new sharedPb.Empty() as never);
  options.setUuidOption(uuid);
  request.setOptions(options);
  const bytes = request.serializeBinary();
  // On several connections, because one connection may hold only some megabytes.
  const connections = Array.from({ length: 20 }, session);
  const calls = connections.flatMap((on) =>
    Array.from({ length: 5 }, () => {
      const { stream } = call(on, StreamsService.read.path);
      stream.end(Buffer.concat([headerOf(bytes.length), bytes]));
      return stream;
    }),
  );
  await Promise.all(calls.map((stream) => once(stream, 'response')));
  // A subscriber that does read gets all events, so there was enough time to send them to the others.
  const subscription = client.subscribeToAll({ fromPosition: position ?? START });
  let seen = 0;
  await new Promise<void>((resolve) => subscription.on('data', () => void (++seen === 120 && resolve())));
  await subscription.unsubscribe();
  // Copies for each subscriber would take 750 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(250 * MIB);
  for (const on of connections) on.destroy();
  await appendsAsUsual();
});
