/** What is used of the client's `StreamingRead`. */
interface Reading<E> extends AsyncIterable<E> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<E>;
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
    yield* reading.iterator({ destroyOnReturn: false });
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
