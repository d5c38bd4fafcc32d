import type { AnswerFacts } from '../tasks/index.js';
import type { KnownIds } from '../contact-graph/known-ids.js';
import type { Shared } from '../contact-graph/place-facts.js';
import type { TraceGraph } from '../contact-graph/ports.js';

/** What questions of a tracing team ask of the contact graph. Instants are seconds. */

export interface CaseFacts {
  caseId: string;
  /** The id under which the person goes, whichever record the case was opened for. */
  personId: string;
  /** The person's other records. */
  records: string[];
  disease: string;
  status: 'live' | 'retracted';
  /** Null while no window of the case is known. */
  from: number | null;
  /** Isolation applied once it is traced; null is open. */
  until: number | null;
  /** Starts and ends in turn of what isolation covers of the window; none where it covers nothing. */
  isolated?: number[];
  /** Onset, rash or sampling: what the case's days are counted from. */
  anchor: number | null;
}

/** A case in the list of all. */
export interface CaseListFacts extends CaseFacts {
  /** The anchor, or the sampling until that is known. */
  since: number;
  /** When this installation first learnt that it is a case. */
  openedAt: number;
  /** Contacts by degree, as the latest completed trace found them; null while there is none. */
  counts: number[] | null;
  /** It is to be traced, for the first time or again. */
  due: boolean;
}

export interface CaseListPage {
  disease?: string | undefined;
  status?: CaseFacts['status'] | undefined;
  /** Ill from here on, and known from here on. */
  from: number;
  openedFrom: number;
  after?: { since: number; id: string } | undefined;
  limit: number;
}

export interface ExposureFacts {
  personId: string;
  /** Under which the latest trace of the case found the person; another than the person's id right after a merge. */
  record: string;
  caseId: string;
  degree: number;
  first: number;
  minutes: number;
  /** Profile and version, as `id@version`. */
  rule: string;
}

export interface FactorFacts {
  personId: string;
  shared: Shared[];
  since: number;
}

export interface ContactFacts extends ExposureFacts {
  last: number | null;
  /** Live cases of the same disease that the contact is itself. */
  own: string[];
}

export interface ContactPage {
  /** In the order of degree and id. */
  contacts: ContactFacts[];
  /** Of the whole list. */
  counts: { degree: number; count: number }[];
}

/** One visit, joined where midnight cuts it, as far as it lies in days that were asked for. */
export interface StayFacts {
  personId: string;
  placeId: string;
  from: number;
  to: number;
  /** No check-out is known: the end is imputed. */
  open: boolean;
}

export interface NearFacts {
  from: number;
  to: number;
  /** Metres; null where it was not measured. */
  distance: number | null;
}

export interface PresentFacts {
  personId: string;
  /** Of the visit; with the person and `since` it orders the pages. */
  visit: number;
  /** First instant of the visit in the days that were asked for. */
  since: number;
  from: number;
  to: number;
  open: boolean;
}

export type PresentAfter = Pick<PresentFacts, 'since' | 'personId' | 'visit'>;

export interface UnreachedFacts {
  caseId: string;
  personId: string;
  degree: number;
  first: number;
  /** Null when there is no alert that stands. */
  alertId: string | null;
  status: string | null;
  reason: string | null;
  /** When the alert last changed, as text. */
  changedAt: string | null;
}

/** A person with a case of its own who was a contact of degree 1 of another case. */
export interface CaseLink {
  caseId: string;
  sourceId: string;
  first: number;
  /** When the last meeting ended; later than any instant while it goes on. */
  last: number;
  minutes: number;
}

/** Somebody, by number, who is a contact of degree 1 of live cases and no case; the earliest exposure first. */
export interface BridgeFacts {
  number: number;
  personId: string;
  exposures: { caseId: string; first: number }[];
}

export interface Span {
  personId: string;
  from: number;
  until: number;
}

/** A person may be asked for by any record; answers name people by the ids that count, and nobody twice. */
export interface QuestionGraph extends KnownIds {
  /** Every record of whoever it is; the first is the one whose id counts. */
  recordsOf(personId: string): Promise<string[]>;
  /** By record, the id under which its person goes. */
  goesBy(records: readonly string[]): Promise<Map<string, string>>;
  caseById(caseId: string): Promise<CaseFacts | undefined>;
  /** Those that there are, in any order. */
  casesById(caseIds: readonly string[]): Promise<CaseFacts[]>;
  /** Oldest first. */
  casesOf(personId: string, disease?: string): Promise<CaseFacts[]>;
  /** Those that fell ill last come first. */
  cases(page: CaseListPage): Promise<CaseListFacts[]>;
  /** Live cases by anchor, those without one left out. */
  liveCases(filter: { disease?: string | undefined; from: number; until: number }): Promise<CaseFacts[]>;
  /** Live cases from an id on, in the order of ids, and how many contacts each has. */
  liveCaseSizes(from: string, limit: number): Promise<{ caseId: string; contacts: number }[]>;
  exposure(personId: string, caseId: string): Promise<ExposureFacts | undefined>;
  /** Live cases of which somebody is a contact. */
  exposuresOf(personId: string, disease?: string): Promise<ExposureFacts[]>;
  contacts(
    caseId: string,
    page: { degree?: number | undefined; after?: [number, string] | undefined; limit: number },
  ): Promise<ContactPage>;
  /** In the order of ids. */
  factors(caseId: string, page: { after: string; limit: number }): Promise<FactorFacts[]>;
  /** What somebody shares with a case; empty for a contact of degree 1, and for strangers. */
  sharedWith(personId: string, caseId: string): Promise<Shared[]>;
  /**
   * Contacts of live cases, case by case and in the order of ids, who were not told: the alert failed, has no outcome
   * yet, or there is none.
   */
  unreached(
    caseIds: readonly string[],
    page: { degree?: number | undefined; after: { caseId: string; personId: string }; limit: number },
  ): Promise<UnreachedFacts[]>;
  /** Of these contacts of a case, by the ids that count, those whose alert failed: why, as the alert has it. */
  failedAmong(caseId: string, people: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The latest answers of people, under the ids that count; oldest first. */
  answersOf(people: readonly string[]): Promise<AnswerFacts[]>;
  /** Of each span its stays, in the order of their starts. */
  staysOf(spans: readonly Span[]): Promise<StayFacts[][]>;
  /** When phones of somebody and of the person of each span were near each other. */
  near(personId: string, spans: readonly Span[]): Promise<NearFacts[][]>;
  present(
    placeId: string,
    window: { from: number; until: number },
    page: { after?: PresentAfter | undefined; limit: number },
  ): Promise<PresentFacts[]>;
  /** Exposures among the people of these cases, to these cases; nobody is exposed to a case of their own. */
  linksAmong(cases: readonly CaseFacts[]): Promise<CaseLink[]>;
  bridges(numbers: readonly number[], disease: string): Promise<BridgeFacts[]>;
  /** Lets a search read slots and nearness as a trace does. */
  searching<T>(run: (graph: TraceGraph) => Promise<T>): Promise<T>;
}
