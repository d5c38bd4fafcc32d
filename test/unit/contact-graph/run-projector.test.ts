import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { presence } from '../../../projections/presence.js';
import type { Driver } from '../../../src/contact-graph/driver.js';
import { runProjector } from '../../../src/contact-graph/run-projector.js';
import { answeringGraph } from '../../support/answering-graph.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

/**
 * A graph that stays empty: a projector that opens it assumes that somebody else is emptying it, and stands by.
 * @param onRead called for each read, which fails with what it throws.
 */
function emptyGraph(onRead: (number: number) => void): Driver {
  let reads = 0;
  return answeringGraph(
    () => [],
    (kind) => {
      if (kind === 'read') onRead(++reads);
    },
  );
}

describe('A projector that stands by', () => {
  /** Reads per attempt: the state of the graph before and after it was created. */
  const ATTEMPT = 2;
  const STANDING_BY = ATTEMPT + 1;

  it('keeps waiting if the graph is unavailable for a moment, and says so', async () => {
    const lines: { level: number; msg: string }[] = [];
    const stop = new AbortController();
    const reads: number[] = [];
    const driver = emptyGraph((number) => {
      reads.push(number);
      if (number === STANDING_BY) throw Object.assign(new Error('no database'), { code: 'away' });
      if (number > STANDING_BY + ATTEMPT) stop.abort();
    });
    await runProjector({
      driver,
      store: new MemoryEventStore(),
      storeId: 'store',
      visits: presence,
      facts: [],
      logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      signal: stop.signal,
      takeOverAfter: 5,
    });
    expect(reads.length).toBeGreaterThan(STANDING_BY + ATTEMPT);
    expect(lines.map(({ msg }) => msg)).toContain('lost the graph while standing by; waiting for it');
  });
});
