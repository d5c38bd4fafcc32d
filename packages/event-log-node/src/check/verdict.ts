import type { ChainHead } from '../format/chain.js';
import type { Standing } from './chain-check.js';

/** Events of one append. */
export interface NamedEvents {
  stream: string;
  /** Revisions, both included. */
  from: number;
  to: number;
  /** True when the index names these events, false when only the damaged header does. */
  sure: boolean;
}

/** Bytes of a chunk file that differ from what was written. */
export interface Damage {
  path: string;
  chunk: number;
  /** Bytes from the start of the file. */
  offset: number;
  /** How many bytes, up to the next valid entry. */
  length: number;
  what: string;
  /** The events that were there, as far as the index or their own header names them. */
  events: NamedEvents[];
}

export interface Verdict {
  chunks: number;
  /** Bytes read. */
  bytes: number;
  events: number;
  damages: Damage[];
  /** The last link of the chain; undefined when no version that chains has written to this log. */
  head: ChainHead | undefined;
  /** How the chain compares with the links that others recorded. */
  standings: { where: string; number: number; standing: Standing }[];
  /** Bytes of an unfinished write at the very end. Nothing in them was acknowledged. */
  unfinished: number;
}
