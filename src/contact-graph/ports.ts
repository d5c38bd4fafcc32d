import type { Shared } from './place-facts.js';
import { Refused } from '../kernel/errors.js';
import { GRAPH_NOT_READY } from './problems.js';
import { SECONDS_PER_DAY } from '../kernel/instant.js';

/** The graph cannot answer queries yet. */
export class GraphNotReady extends Refused {
  constructor(why: string, fix?: string) {
    super(GRAPH_NOT_READY, `The contact graph cannot answer yet: ${why}.`, fix);
    this.name = 'GraphNotReady';
  }
}

/** A slot's key is the number of its place times this, plus its day. */
export const DAYS = 65_536;

/** When the day of a slot ends, in seconds. */
export function dayEndOf(key: number): number {
  return ((key % DAYS) + 1) * SECONDS_PER_DAY;
}

/** The slot of the same place on the next day. */
export function nextDay(key: number): number {
  return key + 1;
}

/** The stays in a slot, as parallel arrays with one entry per stay; instants in seconds. */
export interface SlotContents {
  /** Numbers of the people, ordered by `from`; withdrawn and superseded records are omitted. */
  persons: Uint32Array;
  from: Uint32Array;
  to: Uint32Array;
  /** 1 if the end of the stay is imputed; null if all ends are known. */
  imputed: Uint8Array | null;
  /** Longest stay, in seconds. */
  longest: number;
}

/** A stay at a place with numbered seats; instants in seconds, `row` null if the seat is unknown. */
export interface SeatedStay {
  from: number;
  to: number;
  row: number | null;
}

/** A stretch of nearness of one person: with whom, from, to (seconds), and the distance in metres, -1 if unknown. */
export interface Nearness {
  other: number;
  from: number;
  to: number;
  distance: number;
}

/** The result of a sample for one person. */
export interface TestOf {
  /** Seconds. */
  collectedAt: number;
  outcome: 'positive' | 'negative' | 'inconclusive';
  /** Cycle threshold of a PCR; null if none was reported. */
  ct: number | null;
}

/** Where a person was: parallel arrays with one entry for each day of each stay, in any order; instants in seconds. */
export interface StayDays {
  /** Keys of slots. */
  keys: number[];
  from: number[];
  to: number[];
}

/** Where a person was and whom the phone met. */
export interface Movements {
  stays: StayDays;
  nearness: Nearness[];
}

/** All that a trace asks of a person. */
export interface PersonFacts extends Movements {
  /** Alternating starts and ends, in seconds; an end of 0 is open. */
  isolations: number[];
  /** Samples for the disease asked for, in any order. */
  tests: TestOf[];
  /** The other members of the household. */
  household: number[];
}

/** A person of whom something is asked, and the instant (seconds) after which movements count. */
export interface AskedPerson {
  number: number;
  after: number;
}

/** What a trace reads: every slot once, in a handful of round trips. People are named by number, slots by key. */
export interface TraceGraph {
  /** The number of a person; undefined if the graph does not know the person. */
  person(personId: string): Promise<number | undefined>;
  /**
   * All that is known of these people, in one round trip; people whom the graph does not know are omitted.
   * @param before seconds; movements from then on are omitted, null for none.
   * @param disease of the samples; null if none are needed.
   */
  people(
    persons: readonly AskedPerson[],
    before: number | null,
    disease: string | null,
  ): Promise<Map<number, PersonFacts>>;
  /** Only the movements of these people. */
  movements(persons: readonly AskedPerson[], before: number | null): Promise<Map<number, Movements>>;
  /** Contents by slot key; keys without a slot are omitted. */
  slots(keys: readonly number[]): Promise<Map<number, SlotContents>>;
  /** The stays in these slots, by slot key and person; slots without any known seat are omitted. */
  seats(keys: readonly number[]): Promise<Map<number, Map<number, SeatedStay[]>>>;
  /** What people share by being together in these slots, by slot key; slots where they share nothing are omitted. */
  sharedIn(keys: readonly number[]): Promise<Map<number, Shared>>;
  /** Ids of people by number. */
  personIds(numbers: readonly number[]): Promise<Map<number, string>>;
  /** Ids of places by slot key. */
  placeIds(keys: readonly number[]): Promise<Map<number, string>>;
}
