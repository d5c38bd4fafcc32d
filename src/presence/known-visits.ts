import type { PresenceEvent } from './events.js';
import type { Stream } from '../kernel/stream.js';
import { readInstant } from '../kernel/instant.js';
import { comparePositions, type EventStore, type NewEvent, type RecordedEvent } from '../event-log/event-store.js';

/** The source of check-outs that were not reported: a check-in elsewhere showed that the stay was over. */
export const CLOSED_BY_NEXT = 'close-by-next';

/** A visit with its latest recorded facts. */
export interface KnownVisit {
  visitId: string;
  placeId: string;
  arrivedAt: string;
  leftAt: string | null;
  /** `leftAt` is the time of the next check-in elsewhere. */
  closedByNext: boolean;
  /** Id of the latest event of the visit. */
  eventId: string;
}

type VisitEvent = Pick<NewEvent<PresenceEvent>, 'id' | 'event'> & { source: string };

/** A person's visits in some months, each with its latest facts. */
export class KnownVisits implements Iterable<KnownVisit> {
  readonly #visits = new Map<string, KnownVisit>();
  /** By stream and id: a server that forgot an event's id may store it again, and that copy must not count. */
  readonly #said = new Set<string>();

  [Symbol.iterator](): Iterator<KnownVisit> {
    return this.#visits.values();
  }

  /** A copy of these visits with one more event. */
  with({ id, event, provenance }: NewEvent<PresenceEvent>): KnownVisits {
    const after = new KnownVisits();
    for (const visit of this) after.#visits.set(visit.visitId, visit);
    for (const said of this.#said) after.#said.add(said);
    after.#say({ id, event, source: provenance.source });
    return after;
  }

  recorded(event: RecordedEvent<PresenceEvent>): void {
    const said = `${event.id} ${event.stream}`;
    if (this.#said.has(said)) return;
    this.#said.add(said);
    this.#say({ id: event.id, event, source: event.provenance.source });
  }

  /** The visit that a check-in scans again: not over yet, at the same place, and begun within so many seconds. */
  doubleOf(
    { visitId, placeId, arrivedAt }: Pick<KnownVisit, 'visitId' | 'placeId' | 'arrivedAt'>,
    seconds: number,
  ): KnownVisit | undefined {
    if (this.#visits.has(visitId)) return undefined;
    const at = readInstant(arrivedAt);
    for (const visit of this) {
      if (visit.placeId !== placeId || Math.abs(readInstant(visit.arrivedAt) - at) > seconds) continue;
      if (visit.leftAt === null || visit.leftAt > arrivedAt) return visit;
    }
    return undefined;
  }

  #say({ id, event, source }: VisitEvent): void {
    switch (event.type) {
      case 'CheckedIn':
      case 'CheckedOut':
      case 'VisitCorrected': {
        const { visitId, placeId, arrivedAt, leftAt } = event.data;
        const known = this.#visits.get(visitId);
        // A check-in without an end never reopens a stay whose end is known.
        const copied = event.type === 'CheckedIn' && leftAt === null && known?.leftAt !== null;
        if (copied && known?.placeId === placeId && known.arrivedAt === arrivedAt) return;
        const closedByNext = event.type === 'CheckedOut' && source === CLOSED_BY_NEXT;
        this.#visits.set(visitId, { visitId, placeId, arrivedAt, leftAt, closedByNext, eventId: id });
        return;
      }
      case 'VisitRetracted':
        this.#visits.delete(event.data.visitId);
        return;
      default:
    }
  }
}

export async function readVisits(store: EventStore, streams: readonly Stream<PresenceEvent>[]): Promise<KnownVisits> {
  const events: RecordedEvent<PresenceEvent>[] = [];
  for (const stream of streams) for await (const event of store.read(stream)) events.push(event);
  // A visit may have moved from one month's stream to another.
  if (streams.length > 1) events.sort((a, b) => comparePositions(a.position, b.position));
  const visits = new KnownVisits();
  for (const event of events) visits.recorded(event);
  return visits;
}
