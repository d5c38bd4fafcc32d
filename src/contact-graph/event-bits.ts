import { createHash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * 32 bits of an event's id, by which a copy of the event is known among the few events of one visit or of one meeting.
 * They come from the end of a UUID, since some kinds of UUID begin with the time.
 */
export function eventBits(id: string): number {
  const hex = UUID.test(id) ? id.slice(-8) : createHash('sha1').update(id).digest('hex').slice(0, 8);
  return parseInt(hex, 16);
}
