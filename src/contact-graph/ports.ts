import type { Shared } from './place-facts.js';
import { Refused } from '../kernel/errors.js';
import { GRAPH_NOT_READY } from './problems.js';
import { SECONDS_PER_DAY, type Instant } from '../kernel/instant.js';
import type { Position } from '../event-log/event-store.js';

/** What other parts may ask of the contact graph. */

/** The graph is not to be asked anything yet. */
export class GraphNotReady extends Refused {
  constructor(why: string, fix?: string) {
    super(GRAPH_NOT_READY, `The contact graph cannot be asked yet: ${why}.`, fix);
    this.name = 'GraphNotReady';
  }
}

/** How somebody is connected to a live case of another person: as a contact, or (degree null) by what they share. */
export interface Link {
  degree: number | null;
  first: Instant;
  /** Null while it goes on. */
  last: Instant | null;
}

export interface CaseRow {
  caseId: string;
  personId: string;
  disease: string;
  status: 'live' | 'retracted';
}

export type AlertStatus = 'requested' | 'covered' | 'sent' | 'delivered' | 'failed' | 'withdrawn';

export interface AlertRow {
  alertId: string;
  caseId: string;
  personId: string;
  disease: string;
  degree: number;
  sequence: number;
  status: AlertStatus;
  /** Of a failed alert: why; then somebody has to visit. */
  reason: string | null;
  /** Of a covered alert: the one that told everyone of the phone. */
  by: string | null;
  provider: string | null;
  /** An alert that had gone has to be taken back, and has not been yet. */
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

/** Facts that may change what a trace finds. */
export interface TouchedBy {
  people: string[];
  /** Stays of people, by place and UTC day; times in seconds. */
  stays: { placeId: string; day: number; from: number; to: number }[];
  /** Places of which something was said for the first time. */
  places: string[];
  /** People whose household may have changed, each with the position of the event that said so. */
  moved: { personId: string; at: bigint }[];
  /** Seconds for which the air of a place stays infectious, at most: so much earlier another may have left. */
  lingering: number;
}

/** Somebody of whom a positive pool, or a rapid test that confirmed no case, asks for a sample of their own. */
export interface RetestRow {
  reason: 'pool' | 'rapid';
  personId: string;
  disease: string;
  /** The pool, or the rapid test. */
  sampleId: string;
  /** Instant as text. */
  collectedAt: string;
}

/** A result that waits for a person. */
export interface HeldResultRow {
  sampleId: string;
  personId: string;
  disease: string;
  collectedAt: string;
  /** What the profile makes impossible, in sentences. */
  doubts: string[];
}

/** A positive rapid antigen test of one person. */
export interface RapidTestRow {
  personId: string;
  disease: string;
  sampleId: string;
}

/** Alerting as it usually is. */
export interface Pace {
  /** Contacts of recent cases. */
  usual: number[];
  /** Alerts requested in the last 24 hours, and in each 24 hours before that, up to two weeks. */
  today: number;
  before: number[];
  /** How many a day somebody approved within the last 24 hours; 0 when nobody did. */
  approvedToday: number;
}

/** A case whose alerts wait for a person, or are not to be sent. */
export interface HeldCase {
  caseId: string;
  personId: string;
  status: 'held' | 'refused';
  contacts: number;
  /** Instant as text. */
  since: string;
}

/** What became of the messages that went to a provider; `none` counts those that no provider was tried for. */
export interface ProviderCounts {
  provider: string;
  sent: number;
  takenBack: number;
  /** Failed for good, by reason. */
  failed: Record<string, number>;
}

export interface FailedFilter {
  caseId?: string | undefined;
  reasons: readonly string[];
  provider?: string | undefined;
  /** Alerts after this id, for paging in the order of ids. */
  after?: string | undefined;
  limit: number;
}

/** Where in the log an operator's command stands. */
export interface OperatorCommand {
  stream: string;
  revision: number;
}

/** What operators ask of the graph. */
export interface OperatorQueries {
  providerCounts(): Promise<ProviderCounts[]>;
  /** Alerts that stand failed now, by reason. */
  failedNow(): Promise<{ reason: string; alerts: number }[]>;
  /** Ids of alerts that stand failed. */
  failedAlerts(filter: FailedFilter): Promise<string[]>;
  /** Latest first. */
  operatorCommands(limit: number): Promise<OperatorCommand[]>;
}

/** A message that went: of an alert, of one that takes an alert back, or a reminder. */
export interface SentMessage {
  /** Why it was sent. */
  purpose: string;
  /** Of the alert, the reminder. */
  about: string;
  /** By which its own stream is known; left out where it has none. */
  noted?: { messageId: string; whose: string };
}

export interface GraphQueries {
  /** @param at milliseconds. */
  pace(at: number): Promise<Pace>;
  /** How many people places hold; those of which it is not known are left out. */
  capacities(placeIds: readonly string[]): Promise<Map<string, number>>;
  /** Longest waiting first. */
  heldCases(limit: number): Promise<HeldCase[]>;
  /**
   * What the whole graph has passed, or these projections of it; undefined while one has passed nothing, or is being made
   * anew.
   */
  position(reads?: readonly string[]): Promise<Position | undefined>;
  /** A person's cases, oldest first. */
  casesOf(personId: string, disease?: string): Promise<CaseRow[]>;
  caseById(caseId: string): Promise<CaseRow | undefined>;
  alerts(filter: AlertFilter): Promise<AlertRow[]>;
  /** What a provider accepted under this name of its own. */
  messageByReference(provider: string, reference: string): Promise<SentMessage | undefined>;
  /** Who is to be tested again, oldest pool first. */
  retests(limit: number): Promise<RetestRow[]>;
  /** Results that wait for a person, by when they were taken. */
  heldResults(limit: number): Promise<HeldResultRow[]>;
  /** Positive rapid tests of these people, oldest first. */
  rapidTests(people: readonly string[], disease?: string): Promise<RapidTestRow[]>;
  /** Those of the people whom these traces found or found changed, and of all whom these cases have as contacts. */
  rapidTestsAmong(traceIds: readonly string[], caseIds: readonly string[]): Promise<RapidTestRow[]>;
  /** How somebody is connected to live cases of other people. */
  linksOf(personId: string, disease: string): Promise<Link[]>;
  /** Cases that changed after their latest completed trace, by id. */
  casesDue(): Promise<string[]>;
  /** Live cases whose infectious window begins before an instant (seconds). */
  liveCases(before: number): Promise<string[]>;
  /** Live cases of which these people, or people met during these stays, are the case or contacts. */
  touchedCases(by: TouchedBy): Promise<string[]>;
  /** Alerts without an outcome, and withdrawn ones not taken back yet, in the order of ids. */
  alertsDue(after: string | undefined, limit: number): Promise<string[]>;
}

/** A slot's key is its place's number times this, plus its day. */
export const DAYS = 65_536;

/** When the day of a slot ends, in seconds. */
export function dayEndOf(key: number): number {
  return ((key % DAYS) + 1) * SECONDS_PER_DAY;
}

/** The slot of the same place on the next day. */
export function nextDay(key: number): number {
  return key + 1;
}

/** One stay in a slot, as the graph packs it; instants in seconds. */
export interface SlotContents {
  /** Ordered by `from`; withdrawn and superseded records are left out. */
  persons: Uint32Array;
  from: Uint32Array;
  to: Uint32Array;
  /** 1 where the end of the stay is not known but imputed; null where all are known. */
  imputed: Uint8Array | null;
  /** Longest stay, in seconds. */
  longest: number;
}

/** A stay where seats are numbered; instants in seconds, `row` null where its seat is not known. */
export interface SeatedStay {
  from: number;
  to: number;
  row: number | null;
}

/** Stretches of nearness of one person: with whom, from, to, and the distance in metres, -1 where unknown. */
export interface Nearness {
  other: number;
  from: number;
  to: number;
  distance: number;
}

/** What a sample said of a person. */
export interface TestOf {
  /** Seconds. */
  collectedAt: number;
  outcome: 'positive' | 'negative' | 'inconclusive';
  /** Cycle threshold of a PCR; null where none was reported. */
  ct: number | null;
}

export interface TracedPerson {
  number: number;
  /** Start and end in turn, in seconds; an end of 0 is open. */
  isolations: number[];
}

/** What a trace reads: every slot once, in a handful of round trips. People and slots are known by number here. */
export interface TraceGraph {
  /** Undefined when nothing is known of where the person was. */
  person(personId: string): Promise<TracedPerson | undefined>;
  /** The slots in which these people were after an instant each, without repeats. */
  slotsOf(persons: readonly { number: number; after: number }[], before: number | null): Promise<number[]>;
  /** Contents by slot key; a key without a slot is left out. */
  slots(keys: readonly number[]): Promise<Map<number, SlotContents>>;
  nearness(
    persons: readonly { number: number; after: number }[],
    before: number | null,
  ): Promise<Map<number, Nearness[]>>;
  isolations(persons: readonly number[]): Promise<Map<number, number[]>>;
  /** Samples of these people for a disease, in any order; people without one are left out. */
  tests(persons: readonly number[], disease: string): Promise<Map<number, TestOf[]>>;
  /** The stays in those of these slots in which a seat is known, by slot key and person. */
  seats(keys: readonly number[]): Promise<Map<number, Map<number, SeatedStay[]>>>;
  /** What people share who are together in these slots, by slot key, of those in which they share anything. */
  sharedIn(keys: readonly number[]): Promise<Map<number, Shared>>;
  /** With whom these people live in one household. */
  households(persons: readonly number[]): Promise<Map<number, number[]>>;
  /** Ids of people by number. */
  personIds(numbers: readonly number[]): Promise<Map<number, string>>;
  /** Ids of places by slot key. */
  placeIds(keys: readonly number[]): Promise<Map<number, string>>;
}
