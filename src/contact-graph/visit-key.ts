import { createHash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Identifies a visit in the graph: 53 bits of its id, of which the lower 32 are the number packed into slots. */
export interface VisitKey {
  key: number;
  number: number;
}

/** Takes the bits from the id if it is a UUID, which is random enough, and from a hash of any other id. */
export function visitKeyOf(visitId: string): VisitKey {
  const hex = UUID.test(visitId)
    ? visitId.slice(0, 8) + visitId.slice(24)
    : createHash('sha1').update(visitId).digest('hex');
  const number = parseInt(hex.slice(0, 8), 16);
  const upper = parseInt(hex.slice(8, 14), 16) & 0x1f_ffff;
  return { key: upper * 2 ** 32 + number, number };
}

/** The number of a visit by its key, which it has unless another visit of the person had that number first. */
export function numberOfKey(key: number): number {
  return key % 2 ** 32;
}
