import { idOf } from '../kernel/ids.js';

/**
 * The id of a visit, from the source's own id or, without one, from its place and arrival. The person is always part of
 * it, since a phone may scan for a whole family under one id.
 */
export function visitIdOf(
  source: string,
  visit: { visitId?: string | undefined; personId: string; placeId: string; arrivedAt: string },
): string {
  return visit.visitId
    ? idOf('visit', source, visit.personId, visit.visitId)
    : idOf('visit', source, visit.personId, visit.placeId, visit.arrivedAt);
}
