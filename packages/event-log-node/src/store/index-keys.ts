import { createHash } from 'node:crypto';
import { type Limits, NO_LIMITS, isUnlimited } from './limits.js';

/** Encodes the index's keys and values. Numbers are six bytes, big-endian, so that keys sort as numbers. */

export interface Head {
  /** The stream's own number, never reused. */
  no: number;
  /** Revision of the last event, -1 when there is none yet. */
  last: number;
  /** Position of the last event. */
  lastPosition: number;
  tombstoned: boolean;
  limits: Limits;
}

export interface BlockRef {
  firstRevision: number;
  position: number;
  count: number;
  createdMs: number;
}

export interface IndexState {
  format: number;
  /** The index covers everything before this position of the log. */
  indexedTo: number;
  nextStream: number;
  /** Position of the last event of the log; 0 when there is none. */
  lastEvent: number;
}

const HEAD = 0x6e;
const LONG_HEAD = 0x4e;
const LIMITED = 0x64;
const STREAM = 0x73;
const MARK = 0x6d;
const LONGEST_NAME = 1000;

/** All entries of streams by number; `isBlockKey` recognizes entries of blocks. */
export const STREAMS = { start: Buffer.of(STREAM), end: Buffer.of(STREAM + 1) };
export const isBlockKey = (key: Buffer): boolean => key[0] === STREAM && key[7] === 1;
/** All heads of streams whose key contains the name. */
export const HEADS = { start: Buffer.of(HEAD), end: Buffer.of(HEAD + 1) };

export const STATE_KEY = Buffer.from('c');

export function headKey(name: string): Buffer {
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST_NAME) return Buffer.concat([Buffer.of(HEAD), bytes]);
  return Buffer.concat([Buffer.of(LONG_HEAD), createHash('sha256').update(bytes).digest()]);
}

/** Marks a stream with limits or a tombstone, so that a scavenge finds it. The value is its name. */
export function limitedKey(no: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = LIMITED;
  key.writeUIntBE(no, 1, 6);
  return key;
}
export const LIMITED_RANGE = { start: Buffer.of(LIMITED), end: Buffer.of(LIMITED + 1) };

export function blockKey(no: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(14);
  key[0] = STREAM;
  key.writeUIntBE(no, 1, 6);
  key[7] = 1;
  key.writeUIntBE(Math.min(revision, 2 ** 48 - 1), 8, 6);
  return key;
}

export function idKey(no: number, id: string): Buffer {
  const key = Buffer.allocUnsafe(24);
  key[0] = STREAM;
  key.writeUIntBE(no, 1, 6);
  key[7] = 2;
  key.write(id.replaceAll('-', ''), 8, 16, 'hex');
  return key;
}

export function markKey(window: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = MARK;
  key.writeUIntBE(window, 1, 6);
  return key;
}

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
export const decodeNumber = (bytes: Buffer): number => bytes.readUIntBE(0, 6);

const TOMBSTONED = 1;
const LIMITS = 2;
const DELETED = 4;

export function encodeHead(head: Head): Buffer {
  const limited = !isUnlimited(head.limits);
  const bytes = Buffer.allocUnsafe(limited ? 41 : 19);
  bytes.writeUIntBE(head.no, 0, 6);
  bytes.writeUIntBE(head.last + 1, 6, 6);
  bytes.writeUIntBE(head.lastPosition, 12, 6);
  bytes[18] = (head.tombstoned ? TOMBSTONED : 0) | (limited ? LIMITS : 0) | (head.limits.deleted ? DELETED : 0);
  if (limited) {
    bytes.writeUIntBE(head.limits.truncateBefore, 19, 6);
    bytes.writeDoubleBE(head.limits.maxCount, 25);
    bytes.writeDoubleBE(head.limits.maxAgeMs, 33);
  }
  return bytes;
}

export function decodeHead(bytes: Buffer): Head {
  const flags = bytes[18]!;
  return {
    no: bytes.readUIntBE(0, 6),
    last: bytes.readUIntBE(6, 6) - 1,
    lastPosition: bytes.readUIntBE(12, 6),
    tombstoned: (flags & TOMBSTONED) !== 0,
    limits:
      (flags & LIMITS) === 0
        ? NO_LIMITS
        : {
            truncateBefore: bytes.readUIntBE(19, 6),
            maxCount: bytes.readDoubleBE(25),
            maxAgeMs: bytes.readDoubleBE(33),
            deleted: (flags & DELETED) !== 0,
          },
  };
}

export function encodeRef(ref: BlockRef): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(ref.position, 0, 6);
  bytes.writeUIntBE(ref.createdMs, 6, 6);
  bytes.writeUInt32BE(ref.count, 12);
  return bytes;
}

export function decodeRef(key: Buffer, bytes: Buffer): BlockRef {
  return {
    firstRevision: key.readUIntBE(8, 6),
    position: bytes.readUIntBE(0, 6),
    createdMs: bytes.readUIntBE(6, 6),
    count: bytes.readUInt32BE(12),
  };
}
