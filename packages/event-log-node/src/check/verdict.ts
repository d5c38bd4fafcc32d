import type { ChainHead } from '../format/chain.js';
import type { Standing } from './chain-check.js';

/** Events of one append. */
export interface NamedEvents {
  stream: string;
  /** Revisions, both included. */
  from: number;
  to: number;
  /** Whether the index says so; otherwise only the damaged header does. */
  sure: boolean;
}

/** Bytes of a chunk file that are not what was written. */
export interface Damage {
  path: string;
  chunk: number;
  /** Bytes from the start of the file. */
  offset: number;
  /** How many bytes, up to what is whole again. */
  length: number;
  what: string;
  /** The events that stood there, as far as the index or their own header still says. */
  events: NamedEvents[];
}

export interface Verdict {
  chunks: number;
  /** Bytes looked at. */
  bytes: number;
  events: number;
  damages: Damage[];
  /** What the chain comes to at the end; undefined of a log that was never written by a version that chains. */
  head: ChainHead | undefined;
  /** How the chain stands to what was known of it elsewhere. */
  standings: { where: string; number: number; standing: Standing }[];
  /** Bytes at the very end of a write that is under way, or was never finished: nothing of it was acknowledged. */
  unfinished: number;
}
