import { LogDamaged } from './event-store.js';

/** The meaning of the errors of EventStoreDB's official client. */

/** The limit for one attempt of an append, in milliseconds. */
const ANSWER_WITHIN = 20_000;

/**
 * The client may wait for ever for an append made while its connection breaks. Turns that silence into an error to
 * retry.
 */
export async function answered<T>(append: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('the log gave no answer to an append'), { type: 'deadline-exceeded' });
    timer = setTimeout(() => reject(error), ANSWER_WITHIN);
  });
  try {
    return await Promise.race([append, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** gRPC status codes of a server that is unavailable, starting or overloaded. */
const PASSING_CODES = new Set([2, 4, 10, 13, 14]);
const PASSING_TYPES = new Set(['unavailable', 'deadline-exceeded', 'unknown', 'cancelled', 'timeout', 'not-leader']);

export function isTooSlow(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'type' in error && error.type === 'timeout';
}

/**
 * Whether the embedded log reports bytes that it did not write: as gRPC's DATA_LOSS, or as a message in a batch append.
 */
export function isDamage(error: unknown): error is Error {
  return error instanceof Error && (('code' in error && error.code === 15) || DAMAGE.test(error.message));
}

const DAMAGE = /The event log is damaged in /;

export const orDamaged = (error: unknown): unknown => (isDamage(error) ? new LogDamaged(error.message) : error);

/** Whether an error comes from the connection or a temporary state of the server, and not from the request. */
export function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || error instanceof LogDamaged) return false;
  if ('type' in error && typeof error.type === 'string') return PASSING_TYPES.has(error.type);
  return 'code' in error && typeof error.code === 'number' && PASSING_CODES.has(error.code);
}
