import type { FileHandle } from 'node:fs/promises';
import { CHUNK_SPAN, HOLE_HEADER, holeHeader } from '../format/block.js';
import { voidBytes, type VoidRecord } from '../format/void.js';

/** Holes end at these boundaries at the latest, because the index records the first block after each of them. */
const HOLE_WINDOW = 256 * 1024;

/**
 * Writes the kept entries of a chunk at their old positions and skips the bytes between them, so that the file may be
 * sparse.
 */
export class SparseWriter {
  private readonly runs: { bytes: Buffer; position: number }[] = [];
  private open: { position: number; length: number; records: VoidRecord[] | undefined } | undefined;

  constructor(
    private readonly file: FileHandle,
    private readonly chunk: number,
  ) {}

  keep(bytes: Buffer, start: number, end: number, position: number): void {
    this.endHole();
    const last = this.runs.at(-1);
    const slice = bytes.subarray(start, end);
    const follows =
      last !== undefined && last.position + last.bytes.length === position && last.bytes.buffer === slice.buffer;
    if (follows && last.bytes.byteOffset + last.bytes.length === slice.byteOffset) {
      const from = last.bytes.byteOffset - bytes.byteOffset;
      last.bytes = bytes.subarray(from, end);
    } else this.runs.push({ bytes: slice, position });
  }

  /** Whether the current hole ends at `position` and may be extended. */
  continues(position: number): boolean {
    const { open } = this;
    if (open === undefined || open.position + open.length !== position) return false;
    return Math.floor(open.position / HOLE_WINDOW) === Math.floor(position / HOLE_WINDOW);
  }

  /** @param records what the chain needs of the erased entries; undefined where there is no chain. */
  hole(position: number, length: number, records?: VoidRecord[]): void {
    if (this.open !== undefined && this.continues(position)) {
      this.open.length += length;
      if (records !== undefined) this.open.records?.push(...records);
    } else {
      this.endHole();
      this.open = { position, length, records: records && [...records] };
    }
  }

  private endHole(): void {
    if (this.open === undefined) return;
    const { position, length, records } = this.open;
    const bytes =
      records === undefined
        ? holeHeader(Math.max(length, HOLE_HEADER), position)
        : voidBytes(length, position, records);
    this.runs.push({ bytes, position });
    this.open = undefined;
  }

  async flush(): Promise<void> {
    this.endHole();
    for (const { bytes, position } of this.runs.splice(0)) {
      await this.file.write(bytes, 0, bytes.length, position - this.chunk * CHUNK_SPAN);
    }
  }
}
