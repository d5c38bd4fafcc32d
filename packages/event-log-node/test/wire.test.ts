import { afterEach, describe, expect, it } from '@jest/globals';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import * as fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { appendFrame, readAppendAnswer, type SentEvent } from '../src/client/append-messages.js';
import { LogWire, type FollowListener, type LogPosition } from '../src/client/log-wire.js';
import { followFrame, readFollowMessage, streamFrame } from '../src/client/read-messages.js';
import { ticksOf, TOMBSTONE_REVISION, writeFrame, type ProposedEvent } from '../src/format/event-frame.js';
import { sharedPb, streamsPb } from '../src/serve/definitions.js';

const FRAME_HEADER = 5;
const uuid = fc.uuid().map((id) => id.toLowerCase());
const json = fc
  .oneof(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), fc.object())
  .map((value) => JSON.stringify(value));
const sent: fc.Arbitrary<SentEvent> = fc.record({
  id: uuid,
  type: fc.string({ unit: 'grapheme', minLength: 1 }),
  data: json,
  metadata: json,
});
/** A stored revision or position: the node writes the greatest safe number as that of a tombstone. */
const revision = fc.integer({ min: 0, max: TOMBSTONE_REVISION - 1 });

const text = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString();

function framed(message: Uint8Array, compressed = 0): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER + message.length);
  frame[0] = compressed;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEADER);
  return frame;
}

describe('An append', () => {
  it('reaches any server as it was meant, whatever its texts and sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 47 }),
        fc.string({ unit: 'grapheme' }),
        fc.oneof(revision, fc.constantFrom('any' as const, 'no-stream' as const)),
        fc.array(sent, { maxLength: 5 }),
        fc.integer({ min: 0, max: 2 ** 36 }),
        (number, stream, expected, events, deadline) => {
          const frame = appendFrame(number, stream, expected, events, deadline);
          expect(frame.readUInt32BE(1)).toBe(frame.length - FRAME_HEADER);
          const request = streamsPb.BatchAppendReq.deserializeBinary(frame.subarray(FRAME_HEADER));
          const options = request.getOptions();
          expect(text(options?.getStreamIdentifier()?.getStreamName_asU8() ?? '')).toBe(stream);
          expect(options?.hasAny()).toBe(expected === 'any');
          expect(options?.hasNoStream()).toBe(expected === 'no-stream');
          if (typeof expected === 'number') expect(Number(options?.getStreamPosition())).toBe(expected);
          expect(options?.getDeadline()?.getSeconds()).toBe(deadline);
          expect(request.getIsFinal()).toBe(true);
          const proposed = request.getProposedMessagesList().map((each) => ({
            id: each.getId()?.getString(),
            type: each.getMetadataMap().get('type'),
            data: text(each.getData_asU8()),
            metadata: text(each.getCustomMetadata_asU8()),
          }));
          expect(proposed).toEqual(events);
          for (const each of request.getProposedMessagesList())
            expect(each.getMetadataMap().get('content-type')).toBe('application/json');
        },
      ),
    );
  });

  it('is recognised in an answer that names it as text or as two numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 47 }), revision, revision, (number, last, commit) => {
        const digits = number.toString(16).padStart(12, '0');
        const asText = new sharedPb.UUID();
        asText.setString(`00000000-0000-0000-0000-${digits}`);
        const structured = new sharedPb.UUID.Structured();
        structured.setMostSignificantBits('0');
        structured.setLeastSignificantBits(String(number));
        const asNumbers = new sharedPb.UUID();
        asNumbers.setStructured(structured);
        const position = new sharedPb.AllStreamPosition();
        position.setCommitPosition(String(commit));
        position.setPreparePosition(String(commit));
        for (const id of [asText, asNumbers]) {
          const success = new streamsPb.BatchAppendResp.Success();
          success.setCurrentRevision(String(last));
          success.setPosition(position);
          const answer = new streamsPb.BatchAppendResp();
          answer.setCorrelationId(id);
          answer.setSuccess(success);
          const at = { commit: BigInt(commit), prepare: BigInt(commit) };
          expect(readAppendAnswer(Buffer.from(answer.serializeBinary()))).toEqual({
            number,
            done: { revision: last, position: at },
          });
        }
      }),
    );
  });
});

describe('A read of a stream', () => {
  it('reaches any server as it was meant, whatever the name and the revision', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.oneof(revision, fc.constant(0)),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        (stream, from, count) => {
          const frame = streamFrame(stream, from, count);
          expect(frame.readUInt32BE(1)).toBe(frame.length - FRAME_HEADER);
          const options = streamsPb.ReadReq.deserializeBinary(frame.subarray(FRAME_HEADER)).getOptions();
          const of = options?.getStream();
          expect(text(of?.getStreamIdentifier()?.getStreamName_asU8() ?? '')).toBe(stream);
          expect(of?.hasStart()).toBe(from === 0);
          expect(Number(of?.getRevision())).toBe(from);
          expect(Number(options?.getCount())).toBe(count);
          expect(options?.getReadDirection()).toBe(0);
          expect(options?.getResolveLinks()).toBe(false);
          expect(options?.hasNoFilter()).toBe(true);
          expect(options?.getUuidOption()?.hasString()).toBe(true);
        },
      ),
    );
  });
});

describe('A followed event', () => {
  it('is read as it was stored', () => {
    fc.assert(
      fc.property(
        sent,
        fc.string({ unit: 'grapheme', minLength: 1 }),
        revision,
        revision,
        fc.integer({ min: 0, max: 4e12 }),
        fc.boolean(),
        (event, stream, number, position, time, isJson) => {
          const proposed: ProposedEvent = {
            id: event.id,
            type: Buffer.from(event.type),
            contentType: Buffer.from(isJson ? 'application/json' : 'application/octet-stream'),
            metadata: Buffer.from(event.metadata),
            data: Buffer.from(event.data),
          };
          const bytes = Buffer.alloc(event.data.length * 3 + event.metadata.length * 3 + stream.length * 8 + 1_000);
          const context = { streamName: Buffer.from(stream), ticks: ticksOf(time) };
          const end = writeFrame(bytes, 0, proposed, number, position, context);
          const message = readFollowMessage(bytes.subarray(FRAME_HEADER, end));
          expect(message.event).toEqual({
            ...{ id: event.id, type: event.type, streamId: stream, revision: number, isJson },
            position: { commit: BigInt(position), prepare: BigInt(position) },
            created: new Date(time),
            data: isJson ? JSON.parse(event.data) : proposed.data,
            metadata: JSON.parse(event.metadata),
          });
        },
      ),
    );
  });

  it('whose content is not JSON though it says so is text', () => {
    const metadata = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
    metadata.getMetadataMap().set('content-type', 'application/json').set('type', 'T');
    metadata.setData(Buffer.from('{"half":'));
    metadata.setCustomMetadata(Buffer.from('none'));
    const read = new streamsPb.ReadResp.ReadEvent();
    read.setEvent(metadata);
    const response = new streamsPb.ReadResp();
    response.setEvent(read);
    const { event } = readFollowMessage(Buffer.from(response.serializeBinary()));
    expect(event).toMatchObject({ type: 'T', data: '{"half":', metadata: Buffer.from('none') });
  });

  it('is asked for by its type, after a position', () => {
    const request = (from: LogPosition | undefined, filter: Parameters<typeof followFrame>[1]) =>
      streamsPb.ReadReq.deserializeBinary(followFrame(from, filter).subarray(FRAME_HEADER)).getOptions();
    const options = request({ commit: 2n ** 53n + 1n, prepare: 7n }, { prefixes: ['CheckedIn', 'CheckedOut'] });
    expect(options?.getAll()?.getPosition()?.getCommitPosition()).toBe(String(2n ** 53n + 1n));
    expect(options?.hasSubscription()).toBe(true);
    expect(options?.getFilter()?.getEventType()?.getPrefixList()).toEqual(['CheckedIn', 'CheckedOut']);
    const all = request(undefined, { regex: '^[^$]' });
    expect(all?.getAll()?.hasStart()).toBe(true);
    expect(all?.getFilter()?.getEventType()?.getRegex()).toBe('^[^$]');
  });
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that answers each call by hand. */
async function serving(answer: (stream: ServerHttp2Stream) => void): Promise<LogWire> {
  const server: Http2Server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.resume();
    answer(stream);
  });
  return connectedTo(server);
}

async function connectedTo(server: Server | Http2Server, query = ''): Promise<LogWire> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const wire = new LogWire(`esdb://127.0.0.1:${port}?tls=false${query}`);
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => wire.close(),
  );
  return wire;
}

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };
const ANY_EVENT: SentEvent = { id: '00000000-0000-4000-8000-000000000001', type: 'T', data: '{}', metadata: '{}' };

function checkpointed(commit: number): Buffer {
  const checkpoint = new streamsPb.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(commit));
  checkpoint.setPreparePosition(String(commit));
  const response = new streamsPb.ReadResp();
  response.setCheckpoint(checkpoint);
  return framed(response.serializeBinary());
}

/** Follows until the subscription ends. @returns the positions that came, and the error. */
function followed(wire: LogWire, each: (count: number, pause: () => void) => void = () => undefined) {
  const seen: number[] = [];
  return new Promise<{ seen: number[]; error: Error }>((resolve) => {
    const listener: FollowListener = {
      event: () => undefined,
      checkpoint: ({ commit }) => {
        seen.push(Number(commit));
        each(seen.length, () => {
          following.pause();
          setImmediate(() => following.resume());
        });
      },
      error: (error) => resolve({ seen, error }),
    };
    const following = wire.follow(undefined, { prefixes: ['T'] }, listener);
  });
}

describe('A subscription', () => {
  it('gets every message once and in order, however the network cuts them and however often it pauses', async () => {
    const all = Buffer.concat(Array.from({ length: 300 }, (_, i) => checkpointed(i + 1)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        async (cuts, every) => {
          const wire = await serving((stream) => {
            stream.respond(HEADERS, { waitForTrailers: true });
            stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '10', 'grpc-message': 'too%20slow' }));
            let at = 0;
            const next = (i: number): void => {
              const end = Math.min(all.length, at + (cuts[i % cuts.length] as number));
              const part = all.subarray(at, end);
              at = end;
              if (at === all.length) stream.end(part);
              else stream.write(part, () => next(i + 1));
            };
            next(0);
          });
          const { seen, error } = await followed(wire, (count, pause) => {
            if (count % every === 0) pause();
          });
          expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
          expect(error).toMatchObject({ type: 'timeout', message: 'too slow' });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('ends as unavailable if a message is compressed, if it is broken, or if the call ends without a status', async () => {
    const ways: [Buffer, RegExp][] = [
      [framed(Buffer.from([1, 2, 3]), 1), /compressed/],
      [framed(Buffer.from([0x0a, 0x7f, 1])), /broken message/],
      [Buffer.alloc(0), /ended|reset/],
    ];
    for (const [bytes, message] of ways) {
      const wire = await serving((stream) => {
        stream.respond(HEADERS);
        stream.end(bytes);
      });
      const { seen, error } = await followed(wire);
      expect(seen).toEqual([]);
      expect(error).toMatchObject({ type: 'unavailable', message: expect.stringMatching(message) });
    }
  });

  it('hears the status of an answer that has nothing else', async () => {
    const wire = await serving((stream) =>
      stream.respond(
        { ...HEADERS, 'grpc-status': '7', 'grpc-message': 'Access Denied', exception: 'access-denied' },
        { endStream: true },
      ),
    );
    expect((await followed(wire)).error).toMatchObject({ type: 'access-denied' });
  });
});

describe('An append whose connection is lost', () => {
  it('fails as unavailable if nobody listens, and the next one connects again', async () => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const wire = new LogWire(`esdb://127.0.0.1:${port}?tls=false`);
    closing.push(() => wire.close());
    for (const _ of [1, 2])
      await expect(wire.append('s', 'any', [ANY_EVENT])).rejects.toMatchObject({
        type: 'unavailable',
        message: expect.stringContaining('ECONNREFUSED'),
      });
  });

  it('fails as unavailable if the server takes the connection and never says a word', async () => {
    const wire = await connectedTo(
      createTcpServer((socket) => socket.resume()),
      '&defaultDeadline=50&keepAliveTimeout=50',
    );
    await expect(wire.append('s', 'any', [ANY_EVENT])).rejects.toMatchObject({ type: 'unavailable' });
  });

  it('fails with all others that wait, and those that come later go over another connection', async () => {
    let calls = 0;
    const wire = await serving((stream) => {
      calls++;
      stream.respond(HEADERS);
      if (calls === 1) stream.session?.destroy();
    });
    const lost = await Promise.allSettled(Array.from({ length: 20 }, () => wire.append('s', 'any', [ANY_EVENT])));
    expect(new Set(lost.map((each) => each.status === 'rejected' && (each.reason as { type: string }).type))).toEqual(
      new Set(['unavailable']),
    );
    const again = wire.append('s', 'any', [ANY_EVENT]);
    wire.close();
    await expect(again).rejects.toThrow();
  });

  it('is answered with the error of the official client if the log refuses it', async () => {
    const wire = await serving((stream) => {
      stream.respond(HEADERS);
      stream.on('data', (frame: Buffer) => {
        const request = streamsPb.BatchAppendReq.deserializeBinary(frame.subarray(FRAME_HEADER));
        const details = new sharedPb.WrongExpectedVersion();
        details.setCurrentStreamRevision('4');
        stream.write(framed(refusalOf(request, details.serializeBinary())));
      });
    });
    await expect(wire.append('s', 3, [ANY_EVENT])).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });
});

/** A refusal as a server encodes it: a status with a detail of a named type. */
function refusalOf(request: InstanceType<typeof streamsPb.BatchAppendReq>, detail: Uint8Array): Uint8Array {
  const field = (number: number, bytes: Uint8Array) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const type = Buffer.from('type.googleapis.com/event_store.client.WrongExpectedVersion');
  const any = field(3, Buffer.concat([field(1, type), field(2, detail)]));
  const id = request.getCorrelationId()?.serializeBinary() ?? new Uint8Array();
  return Buffer.concat([field(1, id), field(2, Buffer.concat([Buffer.from([0x08, 6]), any]))]);
}
