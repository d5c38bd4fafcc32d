import { chunkPath } from './chunk-files.js';
import { CHUNK_SPAN, chunkOf } from '../format/block.js';

/** Bytes of the log are not what was written. Readers that meet them get this error and no bytes. */
export class DamagedLog extends Error {
  /** Number of the chunk file. */
  readonly chunk: number;
  /** Bytes from the start of the chunk file to the first broken entry. */
  readonly offset: number;
  readonly path: string;

  /**
   * @param position of the first broken entry.
   * @param what text after "damaged in <file> at byte <n>: ".
   */
  constructor(
    dir: string,
    readonly position: number,
    readonly what: string,
  ) {
    const chunk = chunkOf(position);
    const path = chunkPath(dir, chunk);
    super(`The event log is damaged in ${path} at byte ${position % CHUNK_SPAN}: ${what}.`);
    this.name = 'DamagedLog';
    this.chunk = chunk;
    this.offset = position % CHUNK_SPAN;
    this.path = path;
  }
}
