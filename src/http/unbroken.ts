import { refused } from '../kernel/errors.js';
import { TOO_SLOW } from './problems.js';
import type { Readable } from 'node:stream';

/** How long to wait for the next chunk of a batch, in milliseconds. */
const IDLE = 60_000;

/**
 * Yields the chunks of a batch as they arrive. Only the time spent waiting for a chunk counts: while a chunk is being
 * stored, the sender is not late.
 * @throws Refused when no chunk arrives in time
 */
export async function* unbroken(batch: Readable, idle = IDLE): AsyncIterable<Buffer> {
  const chunks = (batch as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const fix = 'Send the batch again: nothing is stored twice.';
        reject(refused(TOO_SLOW, `No line arrived for ${idle / 1000} seconds.`, fix));
      }, idle);
    });
    try {
      const next = await Promise.race([chunks.next(), late]);
      if (next.done) return;
      clearTimeout(timer);
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
