import type { Stream } from '../kernel/stream.js';
import { type PresenceEvent, type ProximityObserved, presenceStream } from './events.js';
import type { NewEvent } from '../event-log/event-store.js';
import { idOf } from '../kernel/ids.js';
import { visitIdOf } from './ids.js';
import type { Origin } from '../intake/outcome.js';

/** An event with its stream. */
export interface Fact {
  stream: Stream<PresenceEvent>;
  event: NewEvent<PresenceEvent>;
}

/** A validated check-in row. */
export interface CheckInRow {
  personId: string;
  placeId: string;
  arrivedAt: string;
  leftAt: string | null;
  seat: string | null;
  /** The source's id of the visit. */
  visitId: string | undefined;
}

/** A check-in row; `knownAs` is the log's id of the visit if the row is about a known one. */
export type CheckIn = CheckInRow & { knownAs?: string };

/** The id of a check-in's visit in the log and the API. */
export function visitIdOfRow(row: CheckIn, origin: Origin): string {
  return row.knownAs ?? visitIdOf(origin.provenance.source, row);
}

/** The facts that a caller states to correct or end a visit. */
export interface VisitFacts {
  visitId: string;
  personId: string;
  placeId: string;
  arrivedAt: string;
}

/** @param visitId the id of the row's visit, if the caller knows it already. */
export function checkedIn(row: CheckIn, origin: Origin, visitId = visitIdOfRow(row, origin)): Fact {
  const { personId, placeId, arrivedAt, leftAt, seat } = row;
  return fact(
    personId,
    arrivedAt,
    { type: 'CheckedIn', data: { visitId, personId, placeId, arrivedAt, leftAt, seat } },
    origin,
  );
}

export function checkedOut(visit: VisitFacts, leftAt: string, origin: Origin): Fact {
  return fact(visit.personId, visit.arrivedAt, { type: 'CheckedOut', data: { ...visit, leftAt } }, origin);
}

export function visitCorrected(
  visit: VisitFacts,
  stay: { leftAt: string | null; seat: string | null },
  origin: Origin,
): Fact {
  return fact(visit.personId, visit.arrivedAt, { type: 'VisitCorrected', data: { ...visit, ...stay } }, origin);
}

/** @param arrivedAt determines the month of the stream. */
export function visitRetracted(visitId: string, personId: string, arrivedAt: string, origin: Origin): Fact {
  return fact(personId, arrivedAt, { type: 'VisitRetracted', data: { visitId, personId } }, origin);
}

export function proximityObserved(row: ProximityObserved['data'], origin: Origin): Fact {
  const { personA, personB, startedAt, endedAt, distanceMetres } = row;
  const data = { personA, personB, startedAt, endedAt, distanceMetres };
  return fact(personA, startedAt, { type: 'ProximityObserved', data }, origin);
}

/**
 * The event id is derived from all stated facts, so that a repeated row is the same event. A missing seat is ignored,
 * so that ids stay those from before seats existed.
 */
function fact(personId: string, at: string, event: PresenceEvent, { provenance, key }: Origin): Fact {
  const parts = [provenance.source, event.type];
  const said: Readonly<Record<string, unknown>> = event.data;
  for (const name of Object.keys(said)) {
    if (name !== 'seat' || said[name] !== null) parts.push(String(said[name]));
  }
  if (key !== undefined) parts.push(key);
  return { stream: presenceStream(personId, at), event: { id: idOf(...parts), event, provenance } };
}
