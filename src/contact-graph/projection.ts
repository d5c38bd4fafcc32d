import type { DomainEvent, EventType } from '../event-log/events.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
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
}

/**
 * One projection: which events it takes and what it writes of them into the graph. It runs inside the transaction
 * that moves the checkpoint, in the log's order, so each event counts once.
 */
export interface FactProjection {
  name: string;
  types: readonly EventType[];
  /** The people and places that an event names: they have numbers before `write` runs. */
  mentions(event: RecordedEvent): { people?: string[]; places?: string[] };
  write(context: ProjectionContext, events: RecordedEvent[]): Promise<void>;
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

/** The projection of visits into slots: only the reading of events is its own, the writing is the projector's. */
export interface VisitProjection {
  name: string;
  types: readonly EventType[];
  report(event: DomainEvent): VisitReport | undefined;
}
