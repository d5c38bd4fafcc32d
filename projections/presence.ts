import { PlaceCorrected, PlaceKindRuled, PlaceRegistered } from '../src/places/events.js';
import { eventSet, type EventIn } from '../src/kernel/event.js';
import { CheckedIn, CheckedOut, VisitCorrected, VisitRetracted } from '../src/presence/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { seatRowOf } from '../src/places/seat.js';
import type { VisitProjection } from '../src/contact-graph/projection.js';

/**
 * The events of visits, which become records in the packed slots of their places and in the packed diaries of their
 * people. Each event carries all facts of its visit, so the last one holds; a copy of an earlier one changes nothing,
 * since each record has bits of its event's id.
 */
const VISITS = eventSet(
  CheckedIn,
  CheckedOut,
  VisitCorrected,
  VisitRetracted,
  PlaceRegistered,
  PlaceCorrected,
  PlaceKindRuled,
);

export const presence: VisitProjection<EventIn<typeof VISITS>> = {
  name: 'presence',
  version: 2,
  // Kinds of places and lengths of stay are also written here, so that no visit depends on the progress of others.
  owns: ['Slot', 'SlotPart', 'Diary', 'PART', 'Place.kind', 'Place.stayMinutes', 'StayRule'],
  events: VISITS,

  step(event) {
    switch (event.type) {
      case 'CheckedIn':
      case 'CheckedOut':
      case 'VisitCorrected': {
        const { visitId, personId, placeId, arrivedAt, leftAt } = event.data;
        return {
          report: {
            visitId,
            personId,
            placeId,
            from: readInstant(arrivedAt),
            to: leftAt === null ? null : readInstant(leftAt),
            checkIn: event.type === 'CheckedIn',
            seatRow: event.type === 'CheckedOut' ? undefined : rowOf(event.data.seat),
          },
        };
      }
      case 'VisitRetracted':
        return { report: { ...event.data, placeId: null, from: 0, to: 0, checkIn: false, seatRow: null } };
      case 'PlaceRegistered':
      case 'PlaceCorrected': {
        const { placeId, defaultStayMinutes: ownStay, kind } = event.data;
        return { placeId, ownStay, kind };
      }
      case 'PlaceKindRuled':
        return { ruled: event.data.kind, stayMinutes: event.data.stayMinutes };
    }
  },
};

function rowOf(seat: string | null): number | null {
  return seat === null ? null : seatRowOf(seat);
}
