import { union, type Event, type EventSet } from '../kernel/event.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
import type { Described, LabelOf } from './instances.js';
import type { Numbering } from './numbering.js';
import type { Tx } from './neo4j.js';

/** What a projection of facts (all but visits) may use while it writes. */
export interface ProjectionContext {
  tx: Tx;
  /**
   * Writes in a transaction of its own, before the one that counts: for what is too much for one, and may be written
   * again.
   */
  apart<T>(write: (tx: Tx) => Promise<T>): Promise<T>;
  numbering: Numbering;
  store: EventStore;
  /**
   * How a label, a type of relationships or a key is named in queries: what is one projection's own carries its version in
   * its name, since the next version is made beside it.
   */
  label: LabelOf;
}

/**
 * One projection: which events it takes and what it writes of them into the graph. It runs inside the transaction
 * that moves the checkpoint, in the log's order, so each event counts once.
 */
export interface FactProjection<E extends Event = Event> extends Described {
  events: EventSet<E>;
  /** The people and places that an event names: they have numbers before `write` runs. */
  mentions(event: RecordedEvent<E>): { people?: string[]; places?: string[] };
  /**
   * Of how many parts of a trace an event has contacts written, which one transaction bears only so many of; left out where
   * that is none.
   */
  chunks?(event: RecordedEvent<E>): number;
  write(context: ProjectionContext, events: RecordedEvent<E>[]): Promise<void>;
  /** What it remembers of the log is to go: the graph is made anew, maybe of another log. */
  forget?(store: EventStore): void;
}

export function defineProjection<E extends Event>(projection: FactProjection<E>): FactProjection<E> {
  return projection;
}

/** What an event says of a visit; times in seconds, `to` null while no check-out is known. */
export interface VisitReport {
  visitId: string;
  personId: string;
  /** Null when the visit is retracted. */
  placeId: string | null;
  from: number;
  to: number | null;
  checkIn: boolean;
  /** Row of the seat, null where none is known; undefined where the event says nothing of it and what was known stays. */
  seatRow: number | null | undefined;
}

/** What an event does to slots: it is of a visit, or of how long visits without a check-out last at a place or a kind of it. */
export type VisitStep =
  | { report: VisitReport }
  | { placeId: string; ownStay: number | null; kind: string }
  | { ruled: string; stayMinutes: number | null };

/**
 * The projection of visits into slots: only the reading of events is its own, the writing is the projector's. Slots are
 * shared, so that another version of it has everything made again.
 */
export interface VisitProjection<E extends Event = Event> extends Pick<Described, 'name' | 'version'> {
  events: EventSet<E>;
  step(event: RecordedEvent<E>): VisitStep;
}

/** What comes into a graph of these projections. */
export function eventsInto(visits: VisitProjection, facts: readonly FactProjection[]): EventSet {
  return facts.reduce<EventSet>((all, { events }) => union(all, events), visits.events);
}
