import type { AnswerFacts } from '../tasks/index.js';
import type { KnownIds } from '../contact-graph/known-ids.js';
import type { Shared } from '../contact-graph/place-facts.js';
import type { TraceGraph } from '../contact-graph/ports.js';

/** What questions of a tracing team read from the contact graph. Instants are seconds. */

export interface CaseFacts {
  caseId: string;
  /** The person's id that counts, whichever record the case was opened for. */
  personId: string;
  /** The person's other records. */
  records: string[];
  disease: string;
  status: 'live' | 'retracted';
  /** Null while the case has no known window. */
  from: number | null;
  /** End of the window, cut by isolation once the case is traced; null is open. */
  until: number | null;
  /**
   * Alternating starts and ends of the stretches that isolation covers in the window; empty or left out where there are
   * none.
   */
  isolated?: number[];
  /** Onset, rash or sampling, from which the case's days are counted. */
  anchor: number | null;
}

/** A case in the list of all cases. */
export interface CaseListFacts extends CaseFacts {
  /** The anchor, or the sampling while the anchor is not known. */
  since: number;
  /** When this installation first learnt of the case. */
  openedAt: number;
  /** Number of contacts by degree in the latest completed trace; null while there is none. */
  counts: number[] | null;
  /** The case waits to be traced, for the first time or again. */
  due: boolean;
}

export interface CaseListPage {
  disease?: string | undefined;
  status?: CaseFacts['status'] | undefined;
  /** Earliest instant of illness (`from`), and earliest instant since which the case is known (`openedFrom`). */
  from: number;
  openedFrom: number;
  after?: { since: number; id: string } | undefined;
  limit: number;
}

export interface ExposureFacts {
  personId: string;
  /** Record under which the latest trace found the person; it differs from the person's id right after a merge. */
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

/** One visit, joined where midnight divides it, limited to the days asked for. */
export interface StayFacts {
  personId: string;
  placeId: string;
  from: number;
  to: number;
  /** No check-out is known, so the end is imputed. */
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
  /** Number of the visit; together with the person and `since` it orders the pages. */
  visit: number;
  /** First instant of the visit within the days asked for. */
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
  /** Null when there is no alert that was not withdrawn. */
  alertId: string | null;
  status: string | null;
  reason: string | null;
  /** When the alert last changed, as text. */
  changedAt: string | null;
}

export interface ContactFacts {
  personId: string;
  degree: number;
  first: number;
  /** Null while the last exposure is not known to have ended. */
  last: number | null;
  minutes: number;
  /** Profile and version, as `id@version`. */
  rule: string;
}

/** Where a page of contacts begins: after a degree and an id. */
export type ContactPlace = readonly [degree: number, personId: string];

export interface ContactPage {
  /** Ordered by degree and id. */
  contacts: ContactFacts[];
  /** Numbers for the whole list. */
  counts: { degree: number; count: number }[];
}

export interface ContactOutcomes {
  /** The reasons of failed alerts; contacts without a failed alert are left out. */
  failed: ReadonlyMap<string, string>;
  /** The live cases of the disease of each contact, sorted; contacts without one are left out. */
  cases: ReadonlyMap<string, readonly string[]>;
}

/** Exposure of a case's person: they were a contact of degree 1 of another case, the source. */
export interface CaseLink {
  caseId: string;
  sourceId: string;
  first: number;
  /** When the last meeting ended; later than any instant while it goes on. */
  last: number;
  minutes: number;
}

/** A person, by number, who is a contact of degree 1 of live cases but not a case; earliest exposure first. */
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

/** Questions may name a person by any record; answers name people by the ids that count, each once. */
export interface QuestionGraph extends KnownIds {
  /** Every record of the person; the first is the one whose id counts. */
  recordsOf(personId: string): Promise<string[]>;
  /** Reads the merges, and gives the id that counts for the person of a record. */
  goesBy(): Promise<(record: string) => string>;
  caseById(caseId: string): Promise<CaseFacts | undefined>;
  /** The cases that exist, in any order. */
  casesById(caseIds: readonly string[]): Promise<CaseFacts[]>;
  /** Oldest first. */
  casesOf(personId: string, disease?: string): Promise<CaseFacts[]>;
  /** The latest illness first. */
  cases(page: CaseListPage): Promise<CaseListFacts[]>;
  /** Live cases ordered by anchor; cases without one are left out. */
  liveCases(filter: { disease?: string | undefined; from: number; until: number }): Promise<CaseFacts[]>;
  /** Live cases from an id on, sorted by id, with the number of contacts of each. */
  liveCaseSizes(from: string, limit: number): Promise<{ caseId: string; contacts: number }[]>;
  exposure(personId: string, caseId: string): Promise<ExposureFacts | undefined>;
  /** A page of the contacts of a case; undefined while no trace of it is completed. */
  contacts(
    caseId: string,
    page: { degree?: number | undefined; after?: ContactPlace | undefined; limit: number },
  ): Promise<ContactPage | undefined>;
  /** Exposures of a person to live cases. */
  exposuresOf(personId: string, disease?: string): Promise<ExposureFacts[]>;
  /** Sorted by id. */
  factors(caseId: string, page: { after: string; limit: number }): Promise<FactorFacts[]>;
  /** What a person shares with a case; empty for contacts of degree 1 and for strangers. */
  sharedWith(personId: string, caseId: string): Promise<Shared[]>;
  /**
   * Contacts of live cases, case by case and sorted by id, who were not notified: the alert failed, has no outcome yet,
   * or does not exist.
   */
  unreached(
    caseIds: readonly string[],
    page: { degree?: number | undefined; after: { caseId: string; personId: string }; limit: number },
  ): Promise<UnreachedFacts[]>;
  /** What became of these contacts of a case, by the ids that count. */
  outcomesAmong(of: Pick<CaseFacts, 'caseId' | 'disease'>, people: readonly string[]): Promise<ContactOutcomes>;
  /** The latest answers of people, under the ids that count; oldest first. */
  answersOf(people: readonly string[]): Promise<AnswerFacts[]>;
  /** The stays in each span, sorted by start. */
  staysOf(spans: readonly Span[]): Promise<StayFacts[][]>;
  /** When the phones of a person and of the person of each span were near each other. */
  near(personId: string, spans: readonly Span[]): Promise<NearFacts[][]>;
  present(
    placeId: string,
    window: { from: number; until: number },
    page: { after?: PresentAfter | undefined; limit: number },
  ): Promise<PresentFacts[]>;
  /** Exposures among the people of these cases, to these cases; nobody is exposed to their own case. */
  linksAmong(cases: readonly CaseFacts[]): Promise<CaseLink[]>;
  bridges(numbers: readonly number[], disease: string): Promise<BridgeFacts[]>;
  /** Lets a search read slots and proximity as a trace does. */
  searching<T>(run: (graph: TraceGraph) => Promise<T>): Promise<T>;
}
