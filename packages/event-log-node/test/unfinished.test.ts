import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { Client, Metadata, credentials, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamsService, sharedPb, streamsPb, type streams_pb } from '../src/serve/definitions.js';
import { Unfinished } from '../src/serve/unfinished.js';
import { startEventLogNode, type EventLogNode } from '../src/server.js';
import { accessFiles, accessFolderOf } from '../src/event-log-access.js';

let folder: string;
let node: EventLogNode;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-unfinished-'));
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
});

afterAll(async () => {
  await node.close();
  rmSync(folder, { recursive: true });
});

type Batch = ClientDuplexStream<streams_pb.BatchAppendReq, streams_pb.BatchAppendResp>;

/** A BatchAppend call as another client than the official one may use it. */
function batchCall(): { call: Batch; close: () => void } {
  const files = accessFiles(accessFolderOf(join(folder, 'log')));
  const client = new Client(`localhost:${node.port}`, credentials.createSsl(readFileSync(files.authority)));
  const metadata = new Metadata();
  const secret = `truyvet:${readFileSync(files.password('truyvet'), 'utf8').trim()}`;
  metadata.set('authorization', `Basic ${Buffer.from(secret).toString('base64')}`);
  const { path, requestSerialize, responseDeserialize } = StreamsService.batchAppend;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
  return { call, close: () => client.close() };
}

/** The first message of an append that never ends. */
function begun(bytes: number): streams_pb.BatchAppendReq {
  const uuid = () => {
    const id = new sharedPb.UUID();
    id.setString(randomUUID());
    return id;
  };
  const stream = new sharedPb.StreamIdentifier();
  stream.setStreamName(Buffer.from('never'));
  const options = new streamsPb.BatchAppendReq.Options();
  options.setStreamIdentifier(stream);
  options.setAny(new sharedPb.Empty() as never);
  const event = new streamsPb.BatchAppendReq.ProposedMessage();
  event.setId(uuid());
  event.getMetadataMap().set('type', 'T').set('content-type', 'application/json');
  event.setData(Buffer.alloc(bytes, 0x20));
  const request = new streamsPb.BatchAppendReq();
  request.setCorrelationId(uuid());
  request.setOptions(options);
  request.addProposedMessages(event);
  request.setIsFinal(false);
  return request;
}

async function appendsAsUsual(): Promise<void> {
  const client = EventStoreDBClient.connectionString(node.connectionString());
  await client.appendToStream('usual', jsonEvent({ type: 'T', data: {} }));
  await client.dispose();
}

describe('Appends that begin and never end', () => {
  it('are refused beyond 8 MiB of a call, each separately, while others append as usual', async () => {
    const { call, close } = batchCall();
    const answers: streams_pb.BatchAppendResp[] = [];
    const enough = new Promise<void>((resolve) => {
      call.on('data', (answer: streams_pb.BatchAppendResp) => {
        answers.push(answer);
        if (answers.length === 12) resolve();
      });
    });
    call.on('error', () => undefined);
    // 8 MiB hold eight of these at most: the other twelve of twenty are not kept.
    for (let i = 0; i < 20; i++) call.write(begun(1_000_000));
    await enough;
    for (const answer of answers) {
      expect(answer.getError()?.getCode()).toBe(status.RESOURCE_EXHAUSTED);
      expect(answer.getError()?.getMessage()).toMatch(/^Unfinished appends take too much memory/);
    }
    await appendsAsUsual();
    call.cancel();
    close();
  });

  it('end the call if there are more than a thousand of them', async () => {
    const { call, close } = batchCall();
    const failed = new Promise<{ code: number }>((resolve) => call.on('error', (error) => resolve(error as never)));
    call.on('data', () => undefined);
    for (let i = 0; i < 1_100; i++) call.write(begun(10));
    expect(await failed).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await appendsAsUsual();
    close();
  });
});

/** A call of the connection with this peer. */
const of = (peer: string) => ({ getPeer: () => peer });

describe('The memory for unfinished appends', () => {
  it('is freed if nothing more arrives for too long, and not while more arrives', async () => {
    jest.useFakeTimers();
    try {
      const given: string[] = [];
      const all = new Unfinished(100, 1_000);
      const [one, two] = [all.open(of('1'), () => given.push('one')), all.open(of('2'), () => given.push('two'))];
      one.take(10);
      two.take(10);
      jest.advanceTimersByTime(900);
      two.take(10);
      jest.advanceTimersByTime(900);
      expect(given).toEqual(['one']);
      two.release();
      jest.advanceTimersByTime(5_000);
      expect(given).toEqual(['one']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('has a limit per call and one for all, and is freed with its call', () => {
    const all = new Unfinished(100);
    const open = () => all.open(of('1'), () => undefined, 60);
    const [one, two] = [open(), open()];
    expect(one.take(60)).toBe(true);
    expect(one.take(1)).toBe(false);
    expect(two.take(41)).toBe(false);
    expect(two.take(40)).toBe(true);
    one.release(20);
    expect(all.bytes).toBe(80);
    one.release();
    one.release();
    expect(all.bytes).toBe(40);
    expect(two.take(20)).toBe(true);
  });

  it('has a limit per connection, whatever its calls, and takes nothing from another', () => {
    const all = new Unfinished(100, 1_000, 50);
    const [one, two, other] = [all.open(of('1')), all.open(of('1')), all.open(of('2'))];
    expect(one.take(30)).toBe(true);
    expect(two.take(21)).toBe(false);
    expect(other.take(50)).toBe(true);
    expect(two.take(20)).toBe(true);
    one.release(10);
    expect(two.take(10)).toBe(true);
    for (const each of [one, two, other]) each.release();
    expect(all.bytes).toBe(0);
    expect(one.take(50)).toBe(true);
  });
});
