import type { StreamingRead } from '@eventstore/db-client';

/**
 * A read that may be left in the middle, as every read of the log is read: left as the client gives it, the call under it
 * never ends, stays in memory, and keeps the client waiting when it is disposed of. Here what is left is let pass unseen.
 * It is not cancelled: a server whose client resets many streams takes that for an
 * attack and closes the connection, with everything that is under way on it.
 */
export async function* readOn<E>(reading: StreamingRead<E>): AsyncIterable<E> {
  let left = true;
  try {
    // The events of a read are of the type that the read was declared with.
    for await (const event of reading.iterator({ destroyOnReturn: false }) as AsyncIterable<E>) yield event;
    left = false;
  } catch (error) {
    left = false;
    throw error;
  } finally {
    if (left) {
      // Nobody is there any more to hear of it.
      reading.on('error', () => undefined);
      reading.resume();
    }
  }
}
