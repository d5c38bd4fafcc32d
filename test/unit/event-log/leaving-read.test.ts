import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { readOn } from '../../../src/event-log/leaving-read.js';

/** A read of this many events, with the last item that the client adds. */
function reading(events: number) {
  const stream = Readable.from(Array.from({ length: events }, (_, i) => i));
  const told = { cancelled: 0 };
  Object.assign(stream, {
    cancel() {
      told.cancelled++;
      return Promise.resolve();
    },
  });
  return { stream, told, read: readOn<number>(stream) };
}

async function first(read: AsyncIterable<number>): Promise<number | undefined> {
  for await (const event of read) return event;
  return undefined;
}

describe('A read that is stopped in the middle', () => {
  it('ends by itself, without being cancelled', async () => {
    const { stream, told, read } = reading(100);
    expect(await first(read)).toBe(0);
    await once(stream, 'end');
    expect(told.cancelled).toBe(0);
  });

  it('does not end the process by a later error', async () => {
    const { stream, read } = reading(100);
    await first(read);
    // Without `once` of node:events, which would also listen for errors.
    const closed = new Promise((done) => stream.on('close', done));
    stream.destroy(new Error('the connection was closed'));
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it('reports errors while somebody reads', async () => {
    const { stream, read } = reading(100);
    const all = (async () => {
      for await (const event of read) if (event === 1) stream.destroy(new Error('the connection was closed'));
    })();
    await expect(all).rejects.toThrow('the connection was closed');
  });
});
