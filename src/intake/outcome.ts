import type { Provenance } from '../event-log/event-store.js';
import type { Complaint } from '../requests/refusal.js';
import type { Remark } from './remarks.js';

/** What is made of check-ins beyond what they say. */
export interface Scanning {
  /** A check-in ends the person's open stay elsewhere, where the kind of that place has no rule of its own. */
  closeByNext: boolean;
  /** A second scan of a person at a place within so many minutes is the same visit; 0 makes each its own. */
  doubleScanMinutes: number;
}

/** Under whose name rows come in. */
export interface Origin {
  provenance: Provenance;
  /**
   * A key of the caller's own for one deliberate statement: a value stated before, which would count as a repeat, can
   * be stated again. It goes into the ids of presence events; a result is then compared with what holds only.
   */
  key?: string | undefined;
  /** Undefined takes check-ins for no more than they say. */
  scanning?: Scanning | undefined;
}

/**
 * What became of a row. Presence is appended without reading, so whether it was known already is not known:
 * `accepted`. Of the others, `new` says that something was appended.
 */
export type Outcome = Taken | { status: 'refused'; complaints: readonly Complaint[] };

export interface Taken {
  status: 'accepted' | 'new' | 'unchanged';
  /** Of a check-in. */
  visitId?: string;
  /**
   * Of a result that is not the laboratory's last word: said before and superseded since, reported before what holds, or
   * held for a person.
   * Left out where it is.
   */
  standing?: 'superseded' | 'reported-earlier' | 'held';
  /** What else there is to say of it. */
  remarks?: readonly Remark[];
}
