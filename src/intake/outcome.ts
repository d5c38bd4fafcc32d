import type { Provenance } from '../event-log/event-store.js';
import type { Complaint } from '../requests/refusal.js';
import type { Remark } from './remarks.js';

/** How check-ins affect other visits. */
export interface Scanning {
  /**
   * Whether a check-in ends the person's open stay elsewhere: `by-kind` where the kind of that place has a rule to do so,
   * `unless-kind` unless it has a rule not to, or `never`, since a file may contain history in any order.
   */
  closeByNext: 'never' | 'by-kind' | 'unless-kind';
  /**
   * A second scan of a person at a place within this many minutes is the same visit; with 0 each is a visit of its own.
   */
  doubleScanMinutes: number;
}

/** Where rows come from. */
export interface Origin {
  provenance: Provenance;
  /**
   * The caller's own key for one deliberate report, so that a value that was reported before can be reported again
   * instead of counting as a repeat. It becomes part of the ids of presence events. A result is then compared only with
   * the valid result.
   */
  key?: string | undefined;
  /** When undefined, check-ins do not affect other visits. */
  scanning?: Scanning | undefined;
}

/**
 * The outcome of a row. Presence is appended without reading, so it is only `accepted`: whether it is new is not known.
 * For other rows `new` means that something was appended.
 */
export type Outcome = Taken | { status: 'refused'; complaints: readonly Complaint[] };

export interface Taken {
  status: 'accepted' | 'new' | 'unchanged';
  /** The visit of a check-in. */
  visitId?: string;
  /**
   * Why a result is not the laboratory's valid result: it was reported before and replaced since, it was reported
   * earlier than the valid one, or it is held for a person. Absent when it is the valid result.
   */
  standing?: 'superseded' | 'reported-earlier' | 'held';
  /** Remarks about the row. */
  remarks?: readonly Remark[];
}
