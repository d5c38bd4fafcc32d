import { describe, expect, it } from '@jest/globals';
import type { GraphAddress } from '../../src/contact-graph/neo4j.js';
import { TINY, type CityName } from '../bench/cities.js';
import { loadGraph } from '../bench/graph-load.js';
import { traceRows } from '../bench/trace-rows.js';
import { traceInMemory, traceOnGraph, type Timed } from '../bench/trace-ways.js';

/** The checks of the bench in a small city; those of PostgreSQL are in test/processes/bench/postgres.test.ts. */
export function bench(neo4jOf: () => GraphAddress): void {
  describe.each<CityName>(['sparse', 'crowded'])('The bench in a small %s city', (city) => {
    const scale = TINY[city];

    it('finds the same contacts on the graph as in memory, and reports if one differs', async () => {
      const neo4j = neo4jOf();
      // The log has a separate identity, so the graph is emptied first.
      await loadGraph({ city, scale, neo4j, neo4jPid: process.pid, storeId: `bench-${city}` });
      const floor = await traceInMemory({ city, scale });
      const onGraph = await traceOnGraph({ neo4j, scale });
      const postgres = undefined;
      expect(floor.every(({ f1, f2 }) => f1 > 0 && f2 > 0)).toBe(true);
      expect(traceRows(city, { floor, ...onGraph, postgres }).problems).toEqual([]);

      const [first, ...others] = onGraph.cold;
      const cold = [{ ...(first as Timed), all: 'somebody else' }, ...others];
      expect(traceRows(city, { floor, ...onGraph, cold, postgres }).problems).toEqual([
        `${city}, case 0: cold and floor differ`,
      ]);
    }, 120_000);
  });
}
