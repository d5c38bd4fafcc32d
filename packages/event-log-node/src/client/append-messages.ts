import { ID_LENGTH } from '../format/event-frame.js';
import { readPosition } from './read-messages.js';
import { varintLength, WireReader, writeVarint } from '../format/wire.js';

/** The messages of BatchAppend, from the caller's side. The code is hand-written, because it is on the hot path. */

/** An event as it is sent: JSON texts, and a UUID in its canonical spelling. */
export interface SentEvent {
  id: string;
  type: string;
  data: string;
  metadata: string;
}

/** The revision at which the stream is expected to be. */
export type ExpectedRevision = number | 'any' | 'no-stream';

const FRAME_HEADER = 5;
const UUID_LENGTH = ID_LENGTH + 2;
const ID_FIELD_LENGTH = UUID_LENGTH + 2;
const TYPE_KEY = Buffer.from('\x0a\x04type\x12', 'latin1');
/** The whole map entry, which all our events share. */
const CONTENT_TYPE = Buffer.from('\x12\x20\x0a\x0ccontent-type\x12\x10application/json', 'latin1');

const delimitedLength = (length: number): number => 1 + varintLength(length) + length;

/** Writes a field that holds a UUID as text. */
function writeId(bytes: Buffer, at: number, tag: number, id: string): number {
  bytes[at++] = tag;
  bytes[at++] = UUID_LENGTH;
  bytes[at++] = 0x12;
  bytes[at++] = ID_LENGTH;
  return at + bytes.write(id, at, ID_LENGTH, 'latin1');
}

function writeText(bytes: Buffer, at: number, tag: number, text: string, length: number): number {
  bytes[at++] = tag;
  at = writeVarint(bytes, at, length);
  return at + bytes.write(text, at, length);
}

/** A correlation id is a UUID whose last digits are a number of ours; the others are zeros. */
const correlationId = (number: number): string => `00000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}`;

/**
 * One append as a gRPC frame: a single BatchAppend message that is final.
 * @param number identifies the answer; below 2^48.
 * @param deadline seconds since 1970 after which the server need not write any more.
 */
export function appendFrame(
  number: number,
  stream: string,
  expected: ExpectedRevision,
  events: readonly SentEvent[],
  deadline: number,
): Buffer {
  const streamLength = Buffer.byteLength(stream);
  const identifierLength = delimitedLength(streamLength);
  const deadlineLength = 1 + varintLength(deadline);
  const optionsLength =
    delimitedLength(identifierLength) +
    (typeof expected === 'number' ? 1 + varintLength(expected) : 2) +
    delimitedLength(deadlineLength);
  let length = ID_FIELD_LENGTH + delimitedLength(optionsLength) + 2;
  const sizes = new Array<number>(events.length * 4);
  for (let i = 0; i < events.length; i++) {
    const { type, data, metadata } = events[i]!;
    const typeLength = Buffer.byteLength(type);
    const metadataLength = Buffer.byteLength(metadata);
    const dataLength = Buffer.byteLength(data);
    const eventLength =
      ID_FIELD_LENGTH +
      delimitedLength(TYPE_KEY.length + varintLength(typeLength) + typeLength) +
      CONTENT_TYPE.length +
      delimitedLength(metadataLength) +
      delimitedLength(dataLength);
    sizes[4 * i] = typeLength;
    sizes[4 * i + 1] = metadataLength;
    sizes[4 * i + 2] = dataLength;
    sizes[4 * i + 3] = eventLength;
    length += delimitedLength(eventLength);
  }
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + length);
  bytes[0] = 0;
  let at = bytes.writeUInt32BE(length, 1);
  at = writeId(bytes, at, 0x0a, correlationId(number));
  bytes[at++] = 0x12;
  at = writeVarint(bytes, at, optionsLength);
  bytes[at++] = 0x0a;
  at = writeVarint(bytes, at, identifierLength);
  at = writeText(bytes, at, 0x1a, stream, streamLength);
  if (typeof expected === 'number') {
    bytes[at++] = 0x10;
    at = writeVarint(bytes, at, expected);
  } else {
    bytes[at++] = expected === 'no-stream' ? 0x1a : 0x22;
    bytes[at++] = 0;
  }
  bytes[at++] = 0x32;
  bytes[at++] = deadlineLength;
  bytes[at++] = 0x08;
  at = writeVarint(bytes, at, deadline);
  for (let i = 0; i < events.length; i++) {
    const { id, type, data, metadata } = events[i]!;
    const typeLength = sizes[4 * i]!;
    bytes[at++] = 0x1a;
    at = writeVarint(bytes, at, sizes[4 * i + 3]!);
    at = writeId(bytes, at, 0x0a, id);
    bytes[at++] = 0x12;
    at = writeVarint(bytes, at, TYPE_KEY.length + varintLength(typeLength) + typeLength);
    at += TYPE_KEY.copy(bytes, at);
    at = writeVarint(bytes, at, typeLength);
    at += bytes.write(type, at, typeLength);
    at += CONTENT_TYPE.copy(bytes, at);
    at = writeText(bytes, at, 0x1a, metadata, sizes[4 * i + 1]!);
    at = writeText(bytes, at, 0x22, data, sizes[4 * i + 2]!);
  }
  bytes[at++] = 0x20;
  bytes[at] = 1;
  return bytes;
}

export interface AppendAnswer {
  /** The number of the append. */
  number: number;
  /** The revision of its last event, and the position of that; undefined when the append was refused. */
  done: { revision: number; position: { commit: bigint; prepare: bigint } | undefined } | undefined;
}

/** Decodes an answer; what was wrong with a refused append is left to the generated code. */
export function readAppendAnswer(bytes: Buffer): AppendAnswer {
  const reader = new WireReader(bytes);
  const answer: AppendAnswer = { number: -1, done: undefined };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) answer.number = numberOf(reader.message());
    else if (tag === 0x1a) answer.done = successIn(reader.message());
    else reader.skip(tag);
  }
  return answer;
}

function successIn(reader: WireReader): AppendAnswer['done'] {
  const done: AppendAnswer['done'] = { revision: -1, position: undefined };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) done.revision = reader.varint();
    else if (tag === 0x1a) done.position = readPosition(reader.message());
    else reader.skip(tag);
  }
  return done;
}

/** The number in a correlation id, which a server may answer as text or as two numbers. */
function numberOf(uuid: WireReader): number {
  let number = -1;
  for (let tag = uuid.tag(); tag !== 0; tag = uuid.tag()) {
    if (tag === 0x12) number = parseInt(uuid.delimited().toString('latin1', ID_LENGTH - 12), 16);
    else if (tag === 0x0a) {
      const words = uuid.message();
      for (let of = words.tag(); of !== 0; of = words.tag()) {
        if (of === 0x10) number = words.varint();
        else words.skip(of);
      }
    } else uuid.skip(tag);
  }
  return number;
}
