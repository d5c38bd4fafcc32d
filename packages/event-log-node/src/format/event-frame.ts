import { WireReader, varintLength, writeVarint } from './wire.js';

/**
 * An event is stored as the bytes that a reader gets: one gRPC frame (a zero byte, the length as four bytes, a
 * ReadResp message). So a read cuts frames out of the log and encodes nothing.
 *
 * The fields have a fixed order, id and event type first, so that a filter finds the type in a few steps.
 */

export const FRAME_HEADER = 5;
/** Stands for a tombstone's revision. On the wire that is 2^63 - 1, which a number cannot hold. */
export const TOMBSTONE_REVISION = Number.MAX_SAFE_INTEGER;
const TOMBSTONE_VARINT = Buffer.from('ffffffffffffffff7f', 'hex');
export const ID_LENGTH = 36;

export interface ProposedEvent {
  /** The id in lower case, 36 characters. */
  id: string;
  /** UTF-8. */
  type: Buffer;
  contentType: Buffer;
  metadata: Buffer;
  data: Buffer;
}

/** Values that all events of one append share. */
export interface FrameContext {
  streamName: Buffer;
  /** The wall clock of the append in the protocol's form: tenths of microseconds since 1970, in digits. */
  ticks: Buffer;
}

export const ticksOf = (milliseconds: number): Buffer => Buffer.from(`${milliseconds}0000`, 'latin1');

const CONTENT_TYPE_KEY = Buffer.from('\x0a\x0ccontent-type\x12', 'latin1');
const TYPE_KEY = Buffer.from('\x0a\x04type\x12', 'latin1');
const CREATED_KEY = Buffer.from('\x0a\x07created\x12', 'latin1');

const delimitedLength = (length: number): number => 1 + varintLength(length) + length;
const entryLength = (key: Buffer, value: Buffer): number => key.length + varintLength(value.length) + value.length;

/** An upper bound of the length of the event's frame. */
export const frameBound = (event: ProposedEvent, streamName: Buffer): number =>
  event.data.length + event.metadata.length + event.type.length + event.contentType.length + streamName.length + 320;

function writeEntry(bytes: Buffer, at: number, key: Buffer, value: Buffer): number {
  bytes[at++] = 0x32;
  at = writeVarint(bytes, at, entryLength(key, value));
  at += key.copy(bytes, at);
  at = writeVarint(bytes, at, value.length);
  return at + value.copy(bytes, at);
}

function writeDelimited(bytes: Buffer, at: number, tag: number, value: Buffer): number {
  bytes[at++] = tag;
  at = writeVarint(bytes, at, value.length);
  return at + value.copy(bytes, at);
}

/** Writes the frame of one event at `at` and answers the offset after it. */
export function writeFrame(
  bytes: Buffer,
  at: number,
  event: ProposedEvent,
  revision: number,
  position: number,
  context: FrameContext,
): number {
  const positionLength = varintLength(position);
  const revisionLength = revision === TOMBSTONE_REVISION ? TOMBSTONE_VARINT.length : varintLength(revision);
  const { streamName, ticks } = context;
  const { type, contentType, metadata, data } = event;
  const recorded =
    4 +
    ID_LENGTH +
    delimitedLength(entryLength(TYPE_KEY, type)) +
    delimitedLength(delimitedLength(streamName.length)) +
    (1 + revisionLength) +
    2 * (1 + positionLength) +
    delimitedLength(entryLength(CONTENT_TYPE_KEY, contentType)) +
    delimitedLength(entryLength(CREATED_KEY, ticks)) +
    (metadata.length > 0 ? delimitedLength(metadata.length) : 0) +
    (data.length > 0 ? delimitedLength(data.length) : 0);
  const readEvent = delimitedLength(recorded) + 1 + positionLength;
  const message = delimitedLength(readEvent);

  bytes[at] = 0;
  at = bytes.writeUInt32BE(message, at + 1);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, readEvent);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, recorded);
  bytes[at++] = 0x0a;
  bytes[at++] = ID_LENGTH + 2;
  bytes[at++] = 0x12;
  bytes[at++] = ID_LENGTH;
  at += bytes.write(event.id, at, 'latin1');
  at = writeEntry(bytes, at, TYPE_KEY, type);
  bytes[at++] = 0x12;
  at = writeVarint(bytes, at, delimitedLength(streamName.length));
  at = writeDelimited(bytes, at, 0x1a, streamName);
  bytes[at++] = 0x18;
  if (revision === TOMBSTONE_REVISION) at += TOMBSTONE_VARINT.copy(bytes, at);
  else at = writeVarint(bytes, at, revision);
  bytes[at++] = 0x20;
  at = writeVarint(bytes, at, position);
  bytes[at++] = 0x28;
  at = writeVarint(bytes, at, position);
  at = writeEntry(bytes, at, CONTENT_TYPE_KEY, contentType);
  at = writeEntry(bytes, at, CREATED_KEY, ticks);
  if (metadata.length > 0) at = writeDelimited(bytes, at, 0x3a, metadata);
  if (data.length > 0) at = writeDelimited(bytes, at, 0x42, data);
  bytes[at++] = 0x18;
  return writeVarint(bytes, at, position);
}

/** The length of the frame at `at`, its five leading bytes included. */
export const frameLength = (bytes: Buffer, at: number): number => FRAME_HEADER + bytes.readUInt32BE(at + 1);

function skipVarint(bytes: Buffer, at: number): number {
  while (bytes[at]! > 0x7f) at++;
  return at + 1;
}

/** Where the fields of the recorded event begin in the frame at `at`. */
function recordedStart(bytes: Buffer, at: number): number {
  return skipVarint(bytes, skipVarint(bytes, at + FRAME_HEADER + 1) + 1);
}

/** The event id of the frame at `at`. */
export function frameId(bytes: Buffer, at: number): string {
  const start = recordedStart(bytes, at) + 4;
  return bytes.toString('latin1', start, start + ID_LENGTH);
}

/** The event type of the frame at `at`, as a view of its bytes. The varint before them holds its length. */
export function frameType(bytes: Buffer, at: number): Buffer {
  const entry = skipVarint(bytes, recordedStart(bytes, at) + 4 + ID_LENGTH + 1);
  let length = 0;
  let next = entry + TYPE_KEY.length;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return bytes.subarray(next, next + length);
}

/** The payload of the frame at `at`. */
export function frameData(bytes: Buffer, at: number): Buffer {
  const end = at + frameLength(bytes, at);
  const outer = new WireReader(bytes, at + FRAME_HEADER, end);
  outer.tag();
  const readEvent = outer.message();
  readEvent.tag();
  const recorded = readEvent.message();
  for (let tag = recorded.tag(); tag !== 0; tag = recorded.tag()) {
    if (tag === 0x42) return recorded.delimited();
    recorded.skip(tag);
  }
  return bytes.subarray(end, end);
}

/** The recorded event of the frame at `at`, as a message of its own. */
export function frameRecorded(bytes: Buffer, at: number): Buffer {
  const outer = new WireReader(bytes, at + FRAME_HEADER, at + frameLength(bytes, at));
  outer.tag();
  const readEvent = outer.message();
  readEvent.tag();
  return readEvent.delimited();
}
