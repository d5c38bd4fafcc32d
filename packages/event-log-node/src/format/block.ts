import { crc32 } from 'node:zlib';
import { FRAME_HEADER } from './event-frame.js';

/**
 * The log is a row of chunk files. A chunk is a header followed by blocks. A block is one append to one stream: a
 * header, the stream name, and one frame per event. An erased block leaves a hole: only a header.
 *
 * A position is (chunk number x CHUNK_SPAN + offset in the chunk). It never changes, not even by erasing.
 */

/** Format 2 chains what is written; chunks of format 1 can still be read. */
export const FORMAT_VERSION = 2;
/** The first format whose chunks are chained. */
export const CHAINED = 2;
export const CHUNK_SPAN = 64 * 1024 * 1024;
export const CHUNK_HEADER = 32;
export const BLOCK_HEADER = 32;
export const HOLE_HEADER = 13;

export const EVENT_KIND = 0x00;
/** A block of format 1. */
export const BLOCK_KIND = 0xb1;
/** A chained block: between its name and its frames it has a salt for each event. */
export const SALTED_KIND = 0xb2;
export const SALT = 16;
export const HOLE_KIND = 0xee;

const TOMBSTONE_FLAG = 1;
const CHUNK_MAGIC = 0x54_56_4c_47;

export interface Block {
  /** Offset of the header in the bytes that it was read from. */
  start: number;
  /** Offset of the first frame. */
  body: number;
  /** Offset after the last frame. */
  end: number;
  nameStart: number;
  nameEnd: number;
  /** Whether the chain covers it. */
  chained: boolean;
  count: number;
  /** Revision of the first event; 0 in a tombstone's block. */
  firstRevision: number;
  /** Wall clock of the append, milliseconds since 1970. */
  createdMs: number;
  tombstone: boolean;
  /** How many bytes before this block its group began. A group is written at once. */
  groupOffset: number;
}

export const chunkOf = (position: number): number => Math.floor(position / CHUNK_SPAN);
export const chunkStart = (chunk: number): number => chunk * CHUNK_SPAN + CHUNK_HEADER;

/** @param previousLength length in bytes of the chunk file before this one, 0 for the first. */
export function chunkHeader(chunk: number, previousLength: number): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER);
  bytes.writeUInt32BE(CHUNK_MAGIC, 0);
  bytes.writeUInt32BE(FORMAT_VERSION, 4);
  bytes.writeUIntBE(chunk, 8, 6);
  bytes.writeUIntBE(previousLength, 14, 6);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

/** Reads the header of a chunk; undefined when the bytes are not a valid header. */
export function readChunkHeader(bytes: Buffer): { chunk: number; previousLength: number; version: number } | undefined {
  if (bytes.length < CHUNK_HEADER || bytes.readUInt32BE(0) !== CHUNK_MAGIC) return undefined;
  if (bytes.readUInt32BE(28) !== crc32(bytes.subarray(0, 28))) return undefined;
  return {
    chunk: bytes.readUIntBE(8, 6),
    previousLength: bytes.readUIntBE(14, 6),
    version: bytes.readUInt32BE(4),
  };
}

/**
 * Writes the header of the block that `bytes` holds from `start` to `end`. Its name and frames must already be there.
 */
export function writeBlockHeader(bytes: Buffer, block: Omit<Block, 'nameStart' | 'body' | 'chained'>): void {
  const { start, nameEnd, end } = block;
  bytes[start] = SALTED_KIND;
  bytes[start + 1] = block.tombstone ? TOMBSTONE_FLAG : 0;
  bytes.writeUInt16BE(nameEnd - start - BLOCK_HEADER, start + 2);
  bytes.writeUInt32BE(end - nameEnd, start + 4);
  bytes.writeUInt32BE(block.count, start + 12);
  bytes.writeUIntBE(block.firstRevision, start + 16, 6);
  bytes.writeUIntBE(block.createdMs, start + 22, 6);
  bytes.writeUInt32BE(block.groupOffset, start + 28);
  sealBlock(bytes, block);
}

/** Writes the checksum of a block after a change of its content. */
export function sealBlock(bytes: Buffer, { start, end }: Pick<Block, 'start' | 'end'>): void {
  bytes.writeUInt32BE(checksum(bytes, start, end), start + 8);
}

function checksum(bytes: Buffer, start: number, end: number): number {
  return crc32(bytes.subarray(start + 12, end), crc32(bytes.subarray(start, start + 8)));
}

/** The block at `at`; undefined when there is none or `bytes` does not hold all of it. Does not check its checksum. */
export function readBlock(bytes: Buffer, at: number): Block | undefined {
  if (at + BLOCK_HEADER > bytes.length || !isBlockKind(bytes[at])) return undefined;
  const nameEnd = at + BLOCK_HEADER + bytes.readUInt16BE(at + 2);
  const end = nameEnd + bytes.readUInt32BE(at + 4);
  if (end > bytes.length) return undefined;
  const chained = bytes[at] === SALTED_KIND;
  const count = bytes.readUInt32BE(at + 12);
  return {
    start: at,
    nameStart: at + BLOCK_HEADER,
    nameEnd,
    body: chained ? nameEnd + SALT * count : nameEnd,
    end,
    chained,
    count,
    firstRevision: bytes.readUIntBE(at + 16, 6),
    createdMs: bytes.readUIntBE(at + 22, 6),
    tombstone: (bytes[at + 1]! & TOMBSTONE_FLAG) !== 0,
    groupOffset: bytes.readUInt32BE(at + 28),
  };
}

export const isIntact = (bytes: Buffer, block: Block): boolean =>
  bytes.readUInt32BE(block.start + 8) === checksum(bytes, block.start, block.end);

export const isBlockKind = (kind: number | undefined): boolean => kind === BLOCK_KIND || kind === SALTED_KIND;

export const blockName = (bytes: Buffer, block: Block): string =>
  bytes.toString('utf8', block.nameStart, block.nameEnd);

/** Offset after the frame, or after the hole in place of a frame, at `at` inside a block. */
export function nextFrame(bytes: Buffer, at: number): number {
  const header = bytes[at] === HOLE_KIND ? HOLE_HEADER : FRAME_HEADER;
  return at + header + bytes.readUInt32BE(at + 1);
}

/** The header of a hole that covers `length` bytes in all, at least HOLE_HEADER. */
export function holeHeader(length: number, position: number): Buffer {
  const bytes = Buffer.alloc(HOLE_HEADER);
  bytes[0] = HOLE_KIND;
  bytes.writeUInt32BE(length - HOLE_HEADER, 1);
  bytes.writeUIntBE(position, 7, 6);
  return bytes;
}

/** Whether the hole at `at` contains its own position. A hole has no other checksum. */
export const isHoleOf = (bytes: Buffer, at: number, position: number): boolean =>
  bytes[at] === HOLE_KIND && bytes.readUIntBE(at + 7, 6) === position;
