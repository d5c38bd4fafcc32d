import { readInstant } from '../src/kernel/instant.js';
import { seatRowOf } from '../src/places/seat.js';
import type { VisitProjection } from '../src/contact-graph/projection.js';

/**
 * Visits become records in the packed slots of their places, with `(:Person)-[:AT]->(:Slot)` beside them. Each event
 * carries all facts of its visit, so the last one holds and a second copy changes nothing.
 */
export const presence: VisitProjection = {
  name: 'presence',
  types: ['CheckedIn', 'CheckedOut', 'VisitCorrected', 'VisitRetracted'],

  report(event) {
    switch (event.type) {
      case 'CheckedIn':
      case 'CheckedOut':
      case 'VisitCorrected': {
        const { visitId, personId, placeId, arrivedAt, leftAt } = event.data;
        return {
          visitId,
          personId,
          placeId,
          from: readInstant(arrivedAt),
          to: leftAt === null ? null : readInstant(leftAt),
          checkIn: event.type === 'CheckedIn',
          seatRow: event.type === 'CheckedOut' ? undefined : rowOf(event.data.seat),
        };
      }
      case 'VisitRetracted':
        return { ...event.data, placeId: null, from: 0, to: 0, checkIn: false, seatRow: null };
      default:
        return undefined;
    }
  },
};

function rowOf(seat: string | null): number | null {
  return seat === null ? null : seatRowOf(seat);
}
