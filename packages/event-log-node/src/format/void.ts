import { crc32 } from 'node:zlib';
import { DIGEST, VOID_KIND } from './chain.js';
import { HOLE_HEADER } from './block.js';

/**
 * A void replaces erased blocks and the links between them: a header, then what the chain needs of each. The
 * remaining bytes are never written, so the file system need not store them.
 */

export type VoidRecord = { kind: 'block' | 'link'; hash: Buffer };

const HEADER = HOLE_HEADER + 8;
const RECORD = 1 + DIGEST;

/** The first bytes of a void that covers `length` bytes in all. */
export function voidBytes(length: number, position: number, records: readonly VoidRecord[]): Buffer {
  const bytes = Buffer.alloc(HEADER + records.length * RECORD);
  bytes[0] = VOID_KIND;
  bytes.writeUInt32BE(length - HOLE_HEADER, 1);
  bytes.writeUIntBE(position, 7, 6);
  bytes.writeUInt32BE(records.length, HOLE_HEADER + 4);
  for (const [i, { kind, hash }] of records.entries()) {
    const at = HEADER + i * RECORD;
    bytes[at] = kind === 'link' ? 1 : 0;
    hash.copy(bytes, at + 1);
  }
  bytes.writeUInt32BE(checksum(bytes, 0, bytes.length), HOLE_HEADER);
  return bytes;
}

const checksum = (bytes: Buffer, at: number, end: number): number =>
  crc32(bytes.subarray(at + HOLE_HEADER + 4, end), crc32(bytes.subarray(at, at + HOLE_HEADER)));

/** The chain records in the void at `at`; undefined when there is no valid void. */
export function readVoid(bytes: Buffer, at: number, position: number): VoidRecord[] | undefined {
  if (at + HEADER > bytes.length || bytes[at] !== VOID_KIND || bytes.readUIntBE(at + 7, 6) !== position)
    return undefined;
  const count = bytes.readUInt32BE(at + HOLE_HEADER + 4);
  const end = at + HEADER + count * RECORD;
  if (end > bytes.length || bytes.readUInt32BE(at + HOLE_HEADER) !== checksum(bytes, at, end)) return undefined;
  return Array.from({ length: count }, (_, i) => {
    const record = at + HEADER + i * RECORD;
    return {
      kind: bytes[record] === 1 ? ('link' as const) : ('block' as const),
      hash: Buffer.from(bytes.subarray(record + 1, record + RECORD)),
    };
  });
}
