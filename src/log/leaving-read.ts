import type { StreamingRead } from '@eventstore/db-client';

/**
 * A read that may be left in the middle. The client waits, when it is disposed of, for every read to end; one that
 * nobody takes from any more never would, once the server has sent all of it. So what is left of it is let go.
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
      await reading.cancel();
      reading.resume();
    }
  }
}
