import type { Stream } from '../kernel/stream.js';
import { type PresenceEvent, type ProximityObserved, presenceStream } from './events.js';
import type { NewEvent } from '../event-log/event-store.js';
import { idOf, visitIdOf } from '../kernel/ids.js';
import type { Origin } from '../intake/outcome.js';

/** An event and the stream it belongs in. */
export interface Fact {
  stream: Stream<PresenceEvent>;
  event: NewEvent<PresenceEvent>;
}

/** A row of check-ins as it was read. */
export interface CheckInRow {
  personId: string;
  placeId: string;
  arrivedAt: string;
  leftAt: string | null;
  seat: string | null;
  /** As its source names the visit. */
  visitId: string | undefined;
}

/** A row that may be of a visit which is known already, by the id that the log has for it. */
export type CheckIn = CheckInRow & { knownAs?: string };

/** The visit that a check-in tells of, by the id that the log and the API use. */
export function visitIdOfRow(row: CheckIn, origin: Origin): string {
  return row.knownAs ?? visitIdOf(origin.provenance.source, row);
}

/** A visit's facts, when a caller corrects or ends it. */
export interface VisitFacts {
  visitId: string;
  personId: string;
  placeId: string;
  arrivedAt: string;
}

export function checkedIn(row: CheckIn, origin: Origin): Fact {
  const { personId, placeId, arrivedAt, leftAt, seat } = row;
  const visitId = visitIdOfRow(row, origin);
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

/** @param arrivedAt says in which month's stream the visit stands. */
export function visitRetracted(visitId: string, personId: string, arrivedAt: string, origin: Origin): Fact {
  return fact(personId, arrivedAt, { type: 'VisitRetracted', data: { visitId, personId } }, origin);
}

export function proximityObserved(row: ProximityObserved['data'], origin: Origin): Fact {
  const { personA, personB, startedAt, endedAt, distanceMetres } = row;
  const data = { personA, personB, startedAt, endedAt, distanceMetres };
  return fact(personA, startedAt, { type: 'ProximityObserved', data }, origin);
}

/**
 * The id is made of all that is said, so that the same row again is the same event; without a seat it is as it was
 * before there were seats.
 */
function fact(personId: string, at: string, event: PresenceEvent, { provenance, key }: Origin): Fact {
  const said = Object.entries(event.data).filter(([name, value]) => name !== 'seat' || value !== null);
  const parts = [provenance.source, event.type, ...said.map(([, value]) => String(value))];
  return {
    stream: presenceStream(personId, at),
    event: { id: key === undefined ? idOf(...parts) : idOf(...parts, key), event, provenance },
  };
}
