import { linkHash, type ChainHead, type Link } from '../format/chain.js';
import type { VoidRecord } from '../format/void.js';

/** A link of the chain that somebody outside the log has recorded. */
export interface KnownHead {
  /** Who recorded it, as in "the graph". */
  where: string;
  number: number;
  /** In hexadecimal digits. */
  hash: string;
}

/** `other`: the log has another link of that number; `shorter`: the log ends before that number. */
export type Standing = 'same' | 'other' | 'shorter';

/** Follows the chain through the files of a log. */
export class ChainCheck {
  head: ChainHead | undefined;
  private digests: Buffer[] = [];
  /** Whether a part of the current group is lost, so that its link cannot be computed. */
  private gap = false;
  private readonly found = new Map<KnownHead, Standing>();

  constructor(private readonly known: readonly KnownHead[]) {}

  block(digest: Buffer): void {
    this.digests.push(digest);
  }

  lost(): void {
    this.gap = true;
  }

  /** Called at the start of a chunk that is not chained. */
  reset(): void {
    this.digests = [];
    this.gap = false;
  }

  /** Takes the link at the start of a chunk. Answers false when it does not continue the chain of the chunk before. */
  begin(link: Link): boolean {
    const { head } = this;
    this.take(link);
    return head === undefined || (head.number === link.number && head.hash.equals(link.hash));
  }

  /** Takes the link at the end of a group. Answers false when it does not match the blocks of the group. */
  end(link: ChainHead): boolean {
    const { head, gap, digests } = this;
    this.take(link);
    if (head === undefined || gap) return true;
    return head.number + 1 === link.number && linkHash(head, digests).equals(link.hash);
  }

  /** Takes the records that a void kept. Answers false as `end` does. */
  erased(records: readonly VoidRecord[]): boolean {
    let right = true;
    for (const { kind, hash } of records) {
      if (kind === 'block') this.block(hash);
      else right = this.end({ number: (this.head?.number ?? -1) + 1, hash }) && right;
    }
    return right;
  }

  private take({ number, hash }: ChainHead): void {
    this.head = { number, hash };
    this.digests = [];
    this.gap = false;
    for (const each of this.known) {
      if (each.number === number) this.found.set(each, hash.toString('hex') === each.hash ? 'same' : 'other');
    }
  }

  standings(): { where: string; number: number; standing: Standing }[] {
    const end = this.head?.number ?? -1;
    return this.known.map((each) => {
      // A chain that ends before that number was cut short. A chain that goes on without that link was changed.
      const standing = this.found.get(each) ?? (end < each.number ? 'shorter' : 'other');
      return { where: each.where, number: each.number, standing };
    });
  }
}
