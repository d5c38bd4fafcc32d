import { linkHash, type ChainHead, type Link } from '../format/chain.js';
import type { VoidRecord } from '../format/void.js';

/** What somebody elsewhere knows the chain to have been. */
export interface KnownHead {
  /** Who knows it, as in "the graph". */
  where: string;
  number: number;
  /** In hexadecimal digits. */
  hash: string;
}

/** `other`: something else was written; `shorter`: the log ends before it. */
export type Standing = 'same' | 'other' | 'shorter';

/** Follows the chain through the files of a log. */
export class ChainCheck {
  head: ChainHead | undefined;
  private digests: Buffer[] = [];
  /** Whether something of the group that is being read is lost, so that its link cannot be computed. */
  private gap = false;
  private readonly found = new Map<KnownHead, Standing>();

  constructor(private readonly known: readonly KnownHead[]) {}

  block(digest: Buffer): void {
    this.digests.push(digest);
  }

  lost(): void {
    this.gap = true;
  }

  /** A chunk begins that is not chained. */
  reset(): void {
    this.digests = [];
    this.gap = false;
  }

  /** Takes the link that begins a chunk; false when it does not go on from the chunk before. */
  begin(link: Link): boolean {
    const { head } = this;
    this.take(link);
    return head === undefined || (head.number === link.number && head.hash.equals(link.hash));
  }

  /** Takes the link that ends a group; false when something else was written than what stands there. */
  end(link: ChainHead): boolean {
    const { head, gap, digests } = this;
    this.take(link);
    if (head === undefined || gap) return true;
    return head.number + 1 === link.number && linkHash(head, digests).equals(link.hash);
  }

  /** Takes what a void kept; false as `end`. */
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
      // A log whose chain ends before that number is shorter than it was. One that goes on has lost that link.
      const standing = this.found.get(each) ?? (end < each.number ? 'shorter' : 'other');
      return { where: each.where, number: each.number, standing };
    });
  }
}
