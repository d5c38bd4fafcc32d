import type { BlockRef, Head } from './index-keys.js';

/** The part of the index that is not in LMDB yet. After a crash it is read from the log again. */
export class RecentIndex {
  readonly heads = new Map<string, Head>();
  readonly blocks = new Map<number, BlockRef[]>();
  /** Keyed by streamNumber:eventId. */
  readonly ids = new Map<string, number>();
  readonly marks = new Map<number, number>();
  size = 0;

  addBlock(no: number, ref: BlockRef): void {
    const refs = this.blocks.get(no);
    if (refs === undefined) this.blocks.set(no, [ref]);
    else refs.push(ref);
    this.size++;
  }

  addId(key: string, revision: number): void {
    this.ids.set(key, revision);
    this.size++;
  }

  setHead(name: string, head: Head): void {
    this.heads.set(name, head);
    this.size++;
  }
}
