import { ID_LENGTH, type ProposedEvent } from './event-frame.js';
import { WireReader } from './wire.js';

/**
 * Decodes the requests that carry events. The code is hand-written and copies nothing, because it is on the hot path.
 */

export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;

export interface AppendOptions {
  streamName: Buffer;
  /** A revision, or NO_STREAM, ANY, STREAM_EXISTS. */
  expected: number;
  /** Milliseconds since 1970 after which the caller no longer waits; Infinity by default. */
  deadlineMs: number;
}

export interface BatchAppendPart {
  /** The caller's correlation id as it came: a UUID message. */
  correlation: Buffer;
  options: AppendOptions | undefined;
  events: ProposedEvent[];
  isFinal: boolean;
  /** Bytes of the whole message, which stays in memory as long as its events. */
  size: number;
}

export interface AppendPart {
  options: AppendOptions | undefined;
  event: ProposedEvent | undefined;
  /** Bytes of the whole message, which stays in memory as long as its event. */
  size: number;
}

const EMPTY: Buffer = Buffer.alloc(0);
const OCTET_STREAM = Buffer.from('application/octet-stream');
const JSON_TYPE = Buffer.from('application/json');

function uuidOf(reader: WireReader): string {
  let text = '';
  const words = [0n, 0n];
  let structured = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) text = reader.delimited().toString('latin1');
    else if (tag === 0x0a) {
      structured = true;
      const inner = reader.message();
      for (let at = inner.tag(); at !== 0; at = inner.tag()) {
        words[at === 0x08 ? 0 : 1] = bigVarint(inner);
      }
    } else reader.skip(tag);
  }
  if (structured) text = words.map((word) => BigInt.asUintN(64, word).toString(16).padStart(16, '0')).join('');
  return canonicalId(text);
}

function bigVarint(reader: WireReader): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined || shift > 63n) throw new RangeError('A number is cut short.');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An event id in its canonical spelling: lower case, with hyphens. Throws RangeError when it is not a UUID. */
export function canonicalId(text: string): string {
  if (text.length === ID_LENGTH && CANONICAL.test(text)) return text;
  const digits = text.replace(/[-{}]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) throw new RangeError('An event id is not a UUID.');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}

function proposedEvent(reader: WireReader): ProposedEvent {
  const event: ProposedEvent = { id: '', type: EMPTY, contentType: OCTET_STREAM, metadata: EMPTY, data: EMPTY };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x0a:
        event.id = uuidOf(reader.message());
        break;
      case 0x12: {
        const entry = reader.message();
        let key = EMPTY;
        let value = EMPTY;
        for (let at = entry.tag(); at !== 0; at = entry.tag()) {
          if (at === 0x0a) key = entry.delimited();
          else if (at === 0x12) value = entry.delimited();
          else entry.skip(at);
        }
        if (key.length === 4 && key.toString('latin1') === 'type') event.type = value;
        else if (key.length === 12 && key.toString('latin1') === 'content-type') {
          // Only these two content types are kept, as in a real server.
          event.contentType = value.equals(JSON_TYPE) ? JSON_TYPE : OCTET_STREAM;
        }
        break;
      }
      case 0x1a:
        event.metadata = reader.delimited();
        break;
      case 0x22:
        event.data = reader.delimited();
        break;
      default:
        reader.skip(tag);
    }
  }
  if (event.id === '') throw new RangeError('An event has no id.');
  return event;
}

function timestampMs(reader: WireReader): number {
  let seconds = 0;
  let nanos = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) seconds = reader.varint();
    else if (tag === 0x10) nanos = reader.varint();
    else reader.skip(tag);
  }
  return seconds * 1000 + nanos / 1e6;
}

/** Decodes the options of Append, BatchAppend, Delete and Tombstone, whose fields have the same numbers. */
export function readOptions(reader: WireReader): AppendOptions {
  const options: AppendOptions = { streamName: EMPTY, expected: ANY, deadlineMs: Infinity };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) {
      const identifier = reader.message();
      for (let at = identifier.tag(); at !== 0; at = identifier.tag()) {
        if (at === 0x1a) options.streamName = identifier.delimited();
        else identifier.skip(at);
      }
      continue;
    }
    if (tag === 0x10) options.expected = reader.varint();
    else if (tag === 0x32) options.deadlineMs = timestampMs(reader.message());
    else {
      if (tag === 0x1a) options.expected = NO_STREAM;
      else if (tag === 0x22) options.expected = ANY;
      else if (tag === 0x2a) options.expected = STREAM_EXISTS;
      reader.skip(tag);
    }
  }
  return options;
}

export function readBatchAppend(bytes: Buffer): BatchAppendPart {
  const reader = new WireReader(bytes);
  const part: BatchAppendPart = {
    correlation: EMPTY,
    options: undefined,
    events: [],
    isFinal: false,
    size: bytes.length,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) part.correlation = reader.delimited();
    else if (tag === 0x12) part.options = readOptions(reader.message());
    else if (tag === 0x1a) part.events.push(proposedEvent(reader.message()));
    else if (tag === 0x20) part.isFinal = reader.varint() !== 0;
    else reader.skip(tag);
  }
  return part;
}

export function readAppend(bytes: Buffer): AppendPart {
  const reader = new WireReader(bytes);
  const part: AppendPart = { options: undefined, event: undefined, size: bytes.length };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) part.options = readOptions(reader.message());
    else if (tag === 0x12) part.event = proposedEvent(reader.message());
    else reader.skip(tag);
  }
  return part;
}

/** Decodes Delete and Tombstone, whose messages hold only options. */
export function readStreamRequest(bytes: Buffer): AppendOptions {
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) return readOptions(reader.message());
    reader.skip(tag);
  }
  throw new RangeError('The request has no options.');
}
