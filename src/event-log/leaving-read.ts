/** What is used of the client's `StreamingRead`. */
interface Reading<E> extends AsyncIterable<E> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<unknown>;
  on(event: 'error', listener: () => void): unknown;
  resume(): unknown;
}

/**
 * A read that the caller may leave in the middle. Every read of the log goes through this. With the client's own
 * iterator, an abandoned call never ends, stays in memory, and keeps the client waiting when it is disposed. Here the
 * remaining events are read and dropped. The call is not cancelled: a server takes a client that resets many streams
 * for an attack and closes the connection with every call on it.
 */
export async function* readOn<E>(reading: Reading<E>): AsyncIterable<E> {
  let left = true;
  try {
    // The events of a read are of the type that the read was declared with.
    const events: AsyncIterable<E> = reading.iterator({ destroyOnReturn: false });
    for await (const event of events) yield event;
    left = false;
  } catch (error) {
    left = false;
    throw error;
  } finally {
    if (left) {
      // Nobody is interested in this error any more.
      reading.on('error', () => undefined);
      reading.resume();
    }
  }
}
