import pg from 'pg';
import type { City } from '../../src/entrypoints/demo/city.js';
import { casesOf, cityOf, personId, type CityName, type Scale, type TraceCase } from './cities.js';
import { SOURCES_KEPT } from '../../src/tracing/reached.js';
import { peakMegabytes } from './machine.js';
import { peopleDigest } from './trace-ways.js';

const DATABASE = 'truyvet_bench';
/** A query that takes longer is cancelled and counts as this long. */
const LIMIT_MS = 20_000;
const ROWS_AT_ONCE = 100_000;

/** Minutes met are the length of the union of all stretches, as in a trace. */
const SECONDS = `(SELECT sum(upper(stretch) - lower(stretch))::int
  FROM unnest(range_agg(int4range(greatest(v.came, m.came), least(v.went, m.went)))) AS stretch)`;

const F1 = `
  WITH mine AS (
    SELECT place, greatest(came, $2) AS came, least(went, $3) AS went
    FROM visit WHERE person = $1 AND went > $2 AND came < $3)
  SELECT v.person, min(greatest(v.came, m.came)) AS first, ${SECONDS} AS seconds
  FROM mine m
  JOIN visit v ON v.place = m.place AND v.came < m.went AND v.came > m.came - $4 AND v.went > m.came
  WHERE v.person <> $1 GROUP BY v.person`;

const F2 = `
  SELECT person, min(first), max(seconds), (array_agg(via ORDER BY via))[1:$5]
  FROM (
    SELECT v.person, m.person AS via, min(greatest(v.came, m.came)) AS first, ${SECONDS} AS seconds
    FROM (
      SELECT visit.person, place, greatest(came, f1.first) AS came, went
      FROM unnest($2::int[], $3::int[]) AS f1 (person, first)
      JOIN visit ON visit.person = f1.person AND went > f1.first) m
    JOIN visit v ON v.place = m.place AND v.came < m.went AND v.came > m.came - $4 AND v.went > m.came
    WHERE v.person <> $1 AND NOT v.person = ANY ($2::int[])
    GROUP BY v.person, m.person) met
  GROUP BY person`;

/** The part of a client that the queries need; `pg` has it, and so has a PostgreSQL that runs inside a test. */
export interface SqlClient {
  query<T>(
    text: string | { text: string; values?: unknown[]; rowMode?: 'array' },
    values?: unknown[],
  ): Promise<{ rows: T[] }>;
}

export interface PostgresResult {
  /** If `people` is undefined, the time limit was reached. */
  cases: { ms: number; people: string | undefined }[];
  /** Megabytes of the server process that answered, including the shared buffers that it touched. */
  peak: number | undefined;
}

/**
 * The same question to PostgreSQL, with the same answer (who, since when, for how long, through whom: as many sources
 * of a contact as the engine keeps). It has a covering B-tree in each direction, and is told the length of the longest
 * stay.
 */
export async function traceOnPostgres(options: { url: string; city: CityName; scale: Scale }): Promise<PostgresResult> {
  const { url, scale } = options;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const own = new URL(url);
  own.pathname = `/${DATABASE}`;
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    const client = new pg.Client({ connectionString: own.href });
    await client.connect();
    try {
      const sql = client as SqlClient;
      const cases = await askPostgres(sql, scale, await fillPostgres(sql, cityOf(options.city, scale)));
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const here = ['localhost', '127.0.0.1', '::1'].includes(client.host);
      return { cases, peak: here ? peakMegabytes(rows[0]?.pid ?? 0) : undefined };
    } finally {
      await client.end();
    }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await admin.end();
  }
}

/** Fills an empty database. @returns the length of the longest stay, in seconds. */
export async function fillPostgres(client: SqlClient, { persons, placeOf, from, to }: City): Promise<number> {
  await client.query('CREATE TABLE visit (person int, place int, came int, went int)');
  for (let i = 0; i < persons.length; i += ROWS_AT_ONCE) {
    const columns = [persons, placeOf, from, to].map((column) => `{${column.subarray(i, i + ROWS_AT_ONCE).join(',')}}`);
    await client.query('INSERT INTO visit SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::int[])', columns);
  }
  await client.query('CREATE INDEX ON visit (person, came) INCLUDE (went, place)');
  await client.query('CREATE INDEX ON visit (place, came) INCLUDE (went, person)');
  await client.query('VACUUM ANALYZE visit');
  return from.reduce((longest, start, i) => Math.max(longest, (to[i] as number) - start), 0);
}

/**
 * Queries each case, after other cases that warm the database up.
 * @param longest stay, in seconds.
 * @param sources the most sources of a contact to return.
 */
export async function askPostgres(
  client: SqlClient,
  scale: Scale,
  longest: number,
  sources = SOURCES_KEPT,
): Promise<PostgresResult['cases']> {
  await client.query(`SET statement_timeout = ${LIMIT_MS}`);
  await client.query(`SET work_mem = '256MB'`);
  const ask = (each: TraceCase) => timed(client, each, longest, sources);
  for (const each of casesOf({ ...scale, cases: 8 }, 99)) await ask(each);
  const cases: PostgresResult['cases'] = [];
  for (const each of casesOf(scale)) cases.push(await ask(each));
  return cases;
}

async function timed(
  client: SqlClient,
  { person, from, until }: TraceCase,
  longest: number,
  sources: number,
): Promise<{ ms: number; people: string | undefined }> {
  const began = performance.now();
  try {
    type F1Row = { person: number; first: number; seconds: number };
    const { rows: f1 } = await client.query<F1Row>(F1, [person, from, until, longest]);
    const { rows: f2 } = await client.query<[number, number, number, number[]]>({
      text: F2,
      values: [person, f1.map((row) => row.person), f1.map((row) => row.first), longest, sources],
      rowMode: 'array',
    });
    const ms = performance.now() - began;
    const people = peopleDigest(
      f1.map((row) => ({ ...row, person: personId(row.person) })),
      f2.map(([number, first, seconds, via]) => ({ person: personId(number), first, seconds, via: via.map(personId) })),
    );
    return { ms, people };
  } catch (error) {
    const cancelled = '57014';
    if ((error as { code?: string }).code !== cancelled) throw error;
    return { ms: Math.max(LIMIT_MS, performance.now() - began), people: undefined };
  }
}
