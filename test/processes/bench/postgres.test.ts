import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SOURCES_KEPT } from '../../../src/tracing/reached.js';
import { cityOf, TINY, type CityName } from '../../bench/cities.js';
import { askPostgres, fillPostgres, type PostgresResult, type SqlClient } from '../../bench/postgres.js';
import { traceRows } from '../../bench/trace-rows.js';
import { traceInMemory, type Timed } from '../../bench/trace-ways.js';

describe('The SQL of the bench', () => {
  let database: PGlite;

  // A PostgreSQL inside this process, because test machines have no server.
  beforeAll(async () => void (database = await PGlite.create()), 120_000);
  afterEach(async () => void (await database.query('DROP TABLE visit')));
  afterAll(() => database.close());

  const client: SqlClient = {
    async query<T>(asked: Parameters<SqlClient['query']>[0], values?: unknown[]) {
      if (typeof asked === 'string') return database.query<T>(asked, values);
      return database.query<T>(asked.text, asked.values, { rowMode: asked.rowMode ?? 'object' });
    },
  };

  it.each<CityName>(['sparse', 'crowded'])(
    'finds the same contacts as the engine in a tiny %s city',
    async (city) => {
      const scale = TINY[city];
      const floor = await traceInMemory({ city, scale });
      expect(floor.every(({ f1, f2 }) => f1 > 0 && f2 > 0)).toBe(true);
      const longest = await fillPostgres(client, cityOf(city, scale));
      const cases = await askPostgres(client, scale, longest);
      expect(problems(city, floor, cases)).toEqual([]);
      if (city === 'sparse') return;

      // With more sources per contact than the engine keeps, it would find others.
      const all = await askPostgres(client, scale, longest, SOURCES_KEPT * 10);
      expect(problems(city, floor, all)).toContain(`${city}, case 0: PostgreSQL and floor differ`);
    },
    120_000,
  );
});

function problems(city: CityName, floor: Timed[], cases: PostgresResult['cases']): string[] {
  const ways = { floor, nothing: floor, cold: floor, warm: floor };
  return traceRows(city, { ...ways, postgres: { cases, peak: undefined } }).problems;
}
