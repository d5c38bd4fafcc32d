import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  TOMBSTONE_REVISION,
  frameBound,
  frameData,
  frameId,
  frameLength,
  frameType,
  ticksOf,
  writeFrame,
} from '../src/format/event-frame.js';
import { ANY, NO_STREAM, STREAM_EXISTS, canonicalId, readBatchAppend } from '../src/format/requests.js';
import { WireReader, varintLength, writeVarint } from '../src/format/wire.js';
import { batchAppendResponse } from '../src/serve/append-responses.js';
import { sharedPb, streamsPb } from '../src/serve/definitions.js';
import { FrameBundle } from '../src/serve/frame-bundle.js';
import { withStructuredIds } from '../src/serve/read-messages.js';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const uuid = fc.uuid();

describe('A varint', () => {
  it('is read as it was written and takes the predicted number of bytes, up to 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const buffer = Buffer.alloc(10);
        const end = writeVarint(buffer, 0, value);
        expect(end).toBe(varintLength(value));
        expect(new WireReader(buffer, 0, end).varint()).toBe(value);
      }),
    );
  });

  it('beyond 2^53 is rounded, and is refused if it is cut short', () => {
    expect(new WireReader(Buffer.from('ffffffffffffffffff01', 'hex')).varint()).toBe(2 ** 64);
    expect(() => new WireReader(Buffer.from('ffff', 'hex')).varint()).toThrow(RangeError);
  });
});

describe('An event frame', () => {
  it('is read as the same event by the generated code', () => {
    fc.assert(
      fc.property(
        uuid,
        text,
        text,
        bytes,
        bytes,
        fc.nat(),
        fc.maxSafeNat(),
        (id, type, stream, metadata, data, revision, position) => {
          const event = {
            id,
            type: Buffer.from(type),
            contentType: Buffer.from('application/json'),
            metadata,
            data,
          };
          const streamName = Buffer.from(stream);
          const buffer = Buffer.alloc(frameBound(event, streamName) + 3);
          const end = writeFrame(buffer, 3, event, revision, position, { streamName, ticks: ticksOf(1_600_000) });
          expect(frameLength(buffer, 3)).toBe(end - 3);
          expect(frameId(buffer, 3)).toBe(id);
          expect(frameType(buffer, 3).toString()).toBe(type);
          expect(frameData(buffer, 3).equals(data)).toBe(true);
          const read = streamsPb.ReadResp.deserializeBinary(buffer.subarray(8, end)).getEvent();
          const recorded = read?.getEvent();
          expect(read?.getCommitPosition()).toBe(String(position));
          expect(recorded?.getId()?.getString()).toBe(id);
          expect(Buffer.from(recorded!.getStreamIdentifier()!.getStreamName_asU8()).toString()).toBe(stream);
          expect(recorded?.getStreamRevision()).toBe(String(revision));
          expect(recorded?.getPreparePosition()).toBe(String(position));
          expect(recorded?.getCommitPosition()).toBe(String(position));
          expect(recorded?.getMetadataMap().get('type')).toBe(type);
          expect(recorded?.getMetadataMap().get('content-type')).toBe('application/json');
          expect(recorded?.getMetadataMap().get('created')).toBe('16000000000');
          expect(Buffer.from(recorded!.getData_asU8()).equals(data)).toBe(true);
          expect(Buffer.from(recorded!.getCustomMetadata_asU8()).equals(metadata)).toBe(true);
        },
      ),
    );
  });

  it('of a tombstone has the greatest possible revision', () => {
    const none = Buffer.alloc(0);
    const event = { id: canonicalId('0'.repeat(32)), type: none, contentType: none, metadata: none, data: none };
    const buffer = Buffer.alloc(400);
    const end = writeFrame(buffer, 0, event, TOMBSTONE_REVISION, 5, { streamName: none, ticks: none });
    const read = streamsPb.ReadResp.deserializeBinary(buffer.subarray(5, end));
    expect(read.getEvent()?.getEvent()?.getStreamRevision()).toBe('9223372036854775807');
  });

  it('gives its id as two numbers to a reader that asks for them', () => {
    fc.assert(
      fc.property(uuid, (id) => {
        const none = Buffer.alloc(0);
        const buffer = Buffer.alloc(400);
        const event = { id, type: none, contentType: none, metadata: none, data: none };
        const end = writeFrame(buffer, 0, event, 1, 5, { streamName: none, ticks: none });
        const read = streamsPb.ReadResp.deserializeBinary(withStructuredIds(buffer.subarray(5, end)));
        const { mostSignificantBits, leastSignificantBits } = read
          .getEvent()!
          .getEvent()!
          .getId()!
          .getStructured()!
          .toObject();
        const digits = [mostSignificantBits, leastSignificantBits]
          .map((word) => BigInt.asUintN(64, BigInt(word)).toString(16).padStart(16, '0'))
          .join('');
        expect(canonicalId(digits)).toBe(id);
      }),
    );
  });
});

describe('A BatchAppend request', () => {
  const expected = fc.constantFrom(ANY, NO_STREAM, STREAM_EXISTS, 0, 7, 4_000_000_000);

  it('is read as the generated code wrote it, however ids are encoded', () => {
    const event = fc.record({ id: uuid, type: text, data: bytes, metadata: bytes, structured: fc.boolean() });
    fc.assert(
      fc.property(
        uuid,
        text,
        expected,
        fc.array(event, { maxLength: 4 }),
        fc.boolean(),
        (correlation, stream, revision, events, isFinal) => {
          const request = new streamsPb.BatchAppendReq();
          const correlationId = new sharedPb.UUID();
          correlationId.setString(correlation);
          request.setCorrelationId(correlationId);
          const identifier = new sharedPb.StreamIdentifier();
          identifier.setStreamName(Buffer.from(stream));
          const options = new streamsPb.BatchAppendReq.Options();
          options.setStreamIdentifier(identifier);
          if (revision === ANY) options.setAny(new sharedPb.Empty() as never);
          else if (revision === NO_STREAM) options.setNoStream(new sharedPb.Empty() as never);
          else if (revision === STREAM_EXISTS) options.setStreamExists(new sharedPb.Empty() as never);
          else options.setStreamPosition(String(revision));
          request.setOptions(options);
          request.setIsFinal(isFinal);
          for (const { id, type, data, metadata, structured } of events) {
            const message = new streamsPb.BatchAppendReq.ProposedMessage();
            const eventId = new sharedPb.UUID();
            const words = BigInt(`0x${id.replaceAll('-', '')}`);
            const two = new sharedPb.UUID.Structured();
            two.setMostSignificantBits(BigInt.asIntN(64, words >> 64n).toString());
            two.setLeastSignificantBits(BigInt.asIntN(64, words).toString());
            if (structured) eventId.setStructured(two);
            else eventId.setString(id.toUpperCase());
            message.setId(eventId);
            message.getMetadataMap().set('type', type).set('content-type', 'application/json');
            message.setData(data);
            message.setCustomMetadata(metadata);
            request.addProposedMessages(message);
          }
          const part = readBatchAppend(Buffer.from(request.serializeBinary()));
          expect(sharedPb.UUID.deserializeBinary(part.correlation).getString()).toBe(correlation);
          expect(part.options).toMatchObject({ expected: revision, deadlineMs: Infinity });
          expect(part.options?.streamName.toString()).toBe(stream);
          expect(part.isFinal).toBe(isFinal);
          expect(
            part.events.map(({ id, type, data, metadata }) => [
              id,
              type.toString(),
              data.toString('hex'),
              metadata.toString('hex'),
            ]),
          ).toEqual(
            events.map(({ id, type, data, metadata }) => [id, type, data.toString('hex'), metadata.toString('hex')]),
          );
        },
      ),
    );
  });

  it('without a proper event id is refused', () => {
    expect(() => canonicalId('not-a-uuid')).toThrow(RangeError);
  });
});

describe('A BatchAppend answer', () => {
  const correlation = (() => {
    const id = new sharedPb.UUID();
    id.setString('11111111-2222-4333-8444-555555555555');
    return Buffer.from(id.serializeBinary());
  })();
  const options = { streamName: Buffer.from('bệnh-viện'), expected: 3, deadlineMs: Infinity };
  const read = (...outcome: Parameters<typeof batchAppendResponse>) =>
    streamsPb.BatchAppendResp.deserializeBinary(batchAppendResponse(...outcome));

  it('contains the revision, the position and the id of the request', () => {
    const answer = read(correlation, options, { kind: 'done', revision: 9, position: 5_000_000_000 });
    expect(answer.getCorrelationId()?.getString()).toBe('11111111-2222-4333-8444-555555555555');
    expect(answer.getSuccess()?.getCurrentRevision()).toBe('9');
    expect(answer.getSuccess()?.getPosition()?.getCommitPosition()).toBe('5000000000');
    expect(Buffer.from(answer.getStreamIdentifier()!.getStreamName_asU8()).toString()).toBe('bệnh-viện');
    expect(answer.getStreamPosition()).toBe('3');
  });

  it('names each refusal with the detail that the client looks for', () => {
    const type = (outcome: Parameters<typeof batchAppendResponse>[2]) =>
      read(correlation, options, outcome).getError()?.getDetails()?.getTypeName();
    expect(type({ kind: 'wrong-version', actual: -1 })).toBe('event_store.client.WrongExpectedVersion');
    expect(type({ kind: 'stream-deleted' })).toBe('event_store.client.StreamDeleted');
    expect(type({ kind: 'too-large' })).toBe('event_store.client.MaximumAppendSizeExceeded');
    expect(type({ kind: 'timed-out' })).toBe('event_store.client.Timeout');
    expect(type({ kind: 'invalid', message: 'x' })).toBe('event_store.client.Unknown');
    expect(read(correlation, options, { kind: 'failed', message: 'full' }).getError()?.getMessage()).toBe('full');
  });
});

describe('A bundle of frames', () => {
  it('is its frames one after another, with the first header where grpc-js puts its own', () => {
    const bundle = new FrameBundle();
    bundle.addMessage(Buffer.from('one'));
    bundle.addMessage(Buffer.from('three'));
    const target = Buffer.alloc(bundle.byteLength + 5, 0xff);
    bundle.copy(target);
    expect(target.toString('latin1')).toBe('\0\0\0\0\x03one\0\0\0\0\x05three');
  });
});
