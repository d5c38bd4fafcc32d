import type { AlertStatus } from './alert-statuses.js';

export interface AlertRow {
  alertId: string;
  caseId: string;
  personId: string;
  disease: string;
  degree: number;
  sequence: number;
  status: AlertStatus;
  /** Why the alert failed, which calls for a field visit; null if it did not fail. */
  reason: string | null;
  /** Id of the alert that covers this one, by informing everyone who shares the phone; null if it is not covered. */
  by: string | null;
  provider: string | null;
  /** The alert was sent and is still to be taken back. */
  takeBack: boolean;
  /** Instants as text. */
  requestedAt: string;
  changedAt: string;
}

export interface AlertFilter {
  caseId?: string | undefined;
  personId?: string | undefined;
  status?: AlertStatus | undefined;
  /** Alerts after this id, for paging in the order of ids. */
  after?: string | undefined;
  limit: number;
}

/** The recent volume of alerting, against which a day is judged. */
export interface Pace {
  /** Number of contacts of each recent case. */
  usual: number[];
  /** Messages requested in the last 24 hours, and in each of the 24-hour periods before that, for two weeks. */
  today: number;
  before: number[];
  /** The largest daily volume that somebody approved within the last 24 hours; 0 if nobody did. */
  approvedToday: number;
}

/** A case whose alerts wait for a person's approval, or were refused. */
export interface HeldCase {
  caseId: string;
  personId: string;
  status: 'held' | 'refused';
  contacts: number;
  /** Instant as text. */
  since: string;
}

/** Queries of the contact graph on alerts. */
export interface AlertGraph {
  alerts(filter: AlertFilter): Promise<AlertRow[]>;
  /** Ids of alerts without an outcome, and of withdrawn alerts not taken back yet, in order. */
  alertsDue(after: string | undefined, limit: number): Promise<string[]>;
  /** @param at milliseconds. */
  pace(at: number): Promise<Pace>;
  /** Longest waiting first. */
  heldCases(limit: number): Promise<HeldCase[]>;
}
