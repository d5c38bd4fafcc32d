import { streamsPb, sharedPb } from '../serve/definitions.js';
import { varintLength, WireReader, writeVarint } from '../format/wire.js';

/** The messages of reads and of subscriptions to the whole log, from the caller's side: events are decoded by hand. */

export interface LogPosition {
  commit: bigint;
  prepare: bigint;
}

/** An event as the log sends it. */
export interface ReadEvent {
  id: string;
  type: string;
  streamId: string;
  revision: number;
  position: LogPosition;
  created: Date;
  isJson: boolean;
  /** Parsed JSON; text when it is not JSON though it says so, and bytes when it does not. */
  data: unknown;
  /** Parsed JSON, or bytes when it is not; undefined when there is none. */
  metadata: unknown;
}

/** Which events a subscription gets, by their type: those that begin with one of these, or that match. */
export type TypeFilter = { prefixes: readonly string[] } | { regex: string };

/** A subscription to the whole log as a gRPC frame. @param from the position after which it begins. */
export function followFrame(from: LogPosition | undefined, filter: TypeFilter): Buffer {
  const { Options } = streamsPb.ReadReq;
  const all = new Options.AllOptions();
  if (from === undefined) all.setStart(new sharedPb.Empty());
  else {
    const position = new Options.Position();
    position.setCommitPosition(String(from.commit));
    position.setPreparePosition(String(from.prepare));
    all.setPosition(position);
  }
  const expression = new Options.FilterOptions.Expression();
  if ('regex' in filter) expression.setRegex(filter.regex);
  else expression.setPrefixList([...filter.prefixes]);
  const filtering = new Options.FilterOptions();
  filtering.setEventType(expression);
  filtering.setCount(new sharedPb.Empty());
  filtering.setCheckpointintervalmultiplier(1);
  const uuids = new Options.UUIDOption();
  uuids.setString(new sharedPb.Empty());
  const options = new Options();
  options.setAll(all);
  options.setSubscription(new Options.SubscriptionOptions());
  options.setFilter(filtering);
  options.setUuidOption(uuids);
  const request = new streamsPb.ReadReq();
  request.setOptions(options);
  return framed(request.serializeBinary());
}

const START = Buffer.from('\x1a\x00', 'latin1');
/** No filter, and ids as text. */
const UNFILTERED = Buffer.from('\x42\x00\x4a\x02\x12\x00', 'latin1');

/**
 * A read of one stream, forward, as a gRPC frame. Written by hand, since nearly every command begins with one.
 * @param from the first revision. @param count the most events.
 */
export function streamFrame(stream: string, from: number, count: number): Buffer {
  const nameLength = Buffer.byteLength(stream);
  const identifierLength = 1 + varintLength(nameLength) + nameLength;
  const fromLength = from === 0 ? START.length : 1 + varintLength(from);
  const streamLength = 1 + varintLength(identifierLength) + identifierLength + fromLength;
  const optionsLength = 1 + varintLength(streamLength) + streamLength + 1 + varintLength(count) + UNFILTERED.length;
  const length = 1 + varintLength(optionsLength) + optionsLength;
  const bytes = Buffer.allocUnsafe(5 + length);
  bytes[0] = 0;
  let at = bytes.writeUInt32BE(length, 1);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, optionsLength);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, streamLength);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, identifierLength);
  bytes[at++] = 0x1a;
  at = writeVarint(bytes, at, nameLength);
  at += bytes.write(stream, at, nameLength);
  if (from === 0) at += START.copy(bytes, at);
  else {
    bytes[at++] = 0x10;
    at = writeVarint(bytes, at, from);
  }
  bytes[at++] = 0x28;
  at = writeVarint(bytes, at, count);
  UNFILTERED.copy(bytes, at);
  return bytes;
}

/** A message as a gRPC frame. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** What a message of a read or of a subscription holds; neither of both when it says something else. */
export interface FollowMessage {
  event?: ReadEvent;
  /** Every event up to here was sent, or is not wanted. */
  checkpoint?: LogPosition;
}

export function readFollowMessage(bytes: Buffer): FollowMessage {
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) {
      const event = eventIn(reader.message());
      if (event) return { event };
    } else if (tag === 0x1a) return { checkpoint: readPosition(reader.message()) };
    else reader.skip(tag);
  }
  return {};
}

/** The recorded event, not the link through which it may have been found. */
function eventIn(read: WireReader): ReadEvent | undefined {
  for (let tag = read.tag(); tag !== 0; tag = read.tag()) {
    if (tag === 0x0a) return recordedIn(read.message());
    read.skip(tag);
  }
  return undefined;
}

/** A message of a commit and a prepare position. */
export function readPosition(reader: WireReader): LogPosition {
  let commit = 0;
  let prepare = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) commit = reader.varint();
    else if (tag === 0x10) prepare = reader.varint();
    else reader.skip(tag);
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}

/** Times are tenths of microseconds: more digits than a number holds exactly. */
const TICK_DIGITS = 4;
const LOWER_CASE_T = 't'.charCodeAt(0);
const JSON_TYPE = 'application/json';

/** Read in place, without an object for each part of the message, since a reader may take all events of a log. */
function recordedIn(reader: WireReader): ReadEvent {
  const { bytes } = reader;
  let id = '';
  let type = '';
  let streamId = '';
  let revision = 0;
  let commit = 0;
  let prepare = 0;
  let created = 0;
  let isJson = false;
  let metadata: unknown;
  let dataFrom = -1;
  let dataTo = -1;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x0a:
        id = textIn(reader.message(), 0x12, 'latin1');
        break;
      case 0x12:
        streamId = textIn(reader.message(), 0x1a, 'utf8');
        break;
      case 0x18:
        revision = reader.varint();
        break;
      case 0x20:
        prepare = reader.varint();
        break;
      case 0x28:
        commit = reader.varint();
        break;
      case 0x32: {
        const end = reader.open();
        let keyFrom = 0;
        let keyLength = 0;
        let from = 0;
        let to = 0;
        while (reader.at < end) {
          const of = reader.varint();
          const until = reader.open();
          if (of === 0x0a) {
            keyFrom = reader.at;
            keyLength = until - keyFrom;
          } else if (of === 0x12) {
            from = reader.at;
            to = until;
          }
          reader.at = until;
        }
        // `type`, `created` and `content-type` differ in length, and nothing else is sent.
        if (keyLength === 4 && bytes[keyFrom] === LOWER_CASE_T) type = bytes.toString('utf8', from, to);
        else if (keyLength === 7) created = Number(bytes.toString('latin1', from, to - TICK_DIGITS));
        else if (keyLength === 12)
          isJson = to - from === JSON_TYPE.length && bytes.toString('latin1', from, to) === JSON_TYPE;
        break;
      }
      case 0x3a: {
        const to = reader.open();
        if (to > reader.at) metadata = parsed(bytes, reader.at, to) ?? bytes.subarray(reader.at, to);
        reader.at = to;
        break;
      }
      case 0x42:
        dataTo = reader.open();
        dataFrom = reader.at;
        reader.at = dataTo;
        break;
      default:
        reader.skip(tag);
    }
  }
  let data: unknown;
  if (dataFrom >= 0) {
    if (!isJson) data = bytes.subarray(dataFrom, dataTo);
    else data = parsed(bytes, dataFrom, dataTo) ?? bytes.toString('utf8', dataFrom, dataTo);
  }
  const committed = BigInt(commit);
  // No part of this literal is spread: that takes V8 longer than all the rest.
  return {
    id,
    type,
    streamId,
    revision,
    position: { commit: committed, prepare: prepare === commit ? committed : BigInt(prepare) },
    created: new Date(created),
    isJson,
    data,
    metadata,
  };
}

/** The JSON in these bytes; undefined when they are not JSON. */
function parsed(bytes: Buffer, from: number, to: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', from, to));
  } catch {
    return undefined;
  }
}

/** The text in the field with this tag; empty when there is none. */
function textIn(message: WireReader, wanted: number, encoding: BufferEncoding): string {
  for (let tag = message.tag(); tag !== 0; tag = message.tag()) {
    if (tag === wanted) {
      const end = message.open();
      return message.bytes.toString(encoding, message.at, end);
    }
    message.skip(tag);
  }
  return '';
}
