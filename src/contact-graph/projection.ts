import { union, type Event, type EventSet } from '../kernel/event.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
import type { Described, LabelOf } from './instances.js';
import type { Numbering } from './numbering.js';
import type { Tx } from './neo4j.js';

/** What a projection of facts (any projection except visits) may use while it writes. */
export interface ProjectionContext {
  tx: Tx;
  /**
   * Writes in a separate transaction before the main one: for repeatable writes that are too large for one transaction.
   * It does not see what the main one has written, and waits for ever for what that has locked: write apart only what
   * has a portion of its own (`standsAlone`), and then all of it.
   */
  apart<T>(write: (tx: Tx) => Promise<T>): Promise<T>;
  numbering: Numbering;
  store: Pick<EventStore, 'read'>;
  /**
   * Maps a label, relationship type or property key to its name in queries: names that a projection owns carry its
   * version, since the next version is built beside it.
   */
  label: LabelOf;
}

/**
 * A projection: the events that it takes, and what it writes into the graph. It runs in the transaction that moves the
 * checkpoint, in the order of the log, so that each event counts once.
 */
export interface FactProjection<E extends Event = Event> extends Described {
  events: EventSet<E>;
  /** The ids of people and places in an event: these get numbers before `write` runs. */
  mentions(event: RecordedEvent<E>): { people?: string[]; places?: string[] };
  /**
   * The number of trace parts whose contacts an event causes to be written, since one transaction can only write so
   * many contacts; omitted if none.
   */
  chunks?(event: RecordedEvent<E>): number;
  write(context: ProjectionContext, events: RecordedEvent<E>[]): Promise<void>;
  /** Clears what it remembers of the log, since the graph is opened again, maybe for another log. */
  forget?(store: EventStore): void;
}

export function defineProjection<E extends Event>(projection: FactProjection<E>): FactProjection<E> {
  return projection;
}

/** The facts of a visit in an event; times in seconds, `to` null while no check-out is known. */
export interface VisitReport {
  visitId: string;
  personId: string;
  /** Null if the visit is retracted. */
  placeId: string | null;
  from: number;
  to: number | null;
  checkIn: boolean;
  /** Row of the seat; null if none is known, undefined if the event does not say, which keeps the known one. */
  seatRow: number | null | undefined;
}

/**
 * The effect of an event on slots: it reports a visit, or sets the length of visits without a check-out for a place or
 * a kind of place.
 */
export type VisitStep =
  | { report: VisitReport }
  | { placeId: string; ownStay: number | null; kind: string }
  | { ruled: string; stayMinutes: number | null };

/** The projection of visits into slots: it only reads events, and the projector writes. */
export interface VisitProjection<E extends Event = Event> extends Described {
  events: EventSet<E>;
  step(event: RecordedEvent<E>): VisitStep;
}

export type Projection = FactProjection | VisitProjection;

export function isOfVisits(projection: Projection): projection is VisitProjection {
  return 'step' in projection;
}

/** All projections of a graph, each after those that it is made of. */
export function allOf(visits: VisitProjection, facts: readonly FactProjection[]): Projection[] {
  return [...facts, visits];
}

/** The events that a graph of these projections takes. */
export function eventsInto(visits: VisitProjection, facts: readonly FactProjection[]): EventSet {
  return facts.reduce<EventSet>((all, { events }) => union(all, events), visits.events);
}
