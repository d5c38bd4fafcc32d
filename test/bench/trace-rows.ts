import type { CityName } from './cities.js';
import type { PostgresResult } from './postgres.js';
import { shown, spread, type Row } from './rows.js';
import type { OnGraph, Timed } from './trace-ways.js';

interface Ways extends OnGraph {
  floor: Timed[];
  postgres: PostgresResult | undefined;
}

/** Compares the ways of tracing; any difference between their results is a problem. */
export function traceRows(
  city: CityName,
  { floor, nothing, cold, warm, postgres }: Ways,
): { rows: Row[]; problems: string[] } {
  const mean = (of: (timed: Timed) => number) => floor.reduce((sum, each) => sum + of(each), 0) / floor.length;
  const floorMs = times(floor);
  const found = `${shown(mean(({ f1 }) => f1))} F1 and ${shown(mean(({ f2 }) => f2))} F2 on average`;
  const row = (way: string, ms: readonly number[], beside: string): Row => {
    const figures = spread(ms);
    return { group: 'trace', name: `trace, ${city}: ${way}`, figures, unit: 'ms p50/p95/max', beside };
  };
  const onGraph = (way: string, results: Timed[], most?: number): Row => {
    const made = row(way, times(results), '');
    const ratios = ratio(made.figures, spread(floorMs));
    const [, namesP95] = spread(results.map(({ namesMs }) => namesMs));
    made.beside = `x ${ratios.map(shown).join(' / ')} of the floor; names within it, p95 ${shown(namesP95)} ms`;
    if (most === undefined) return made;
    const [p50 = Infinity, p95 = Infinity] = ratios;
    if (city === 'crowded') made.target = { wanted: `p50, p95 <= ${most} x floor`, met: p50 <= most && p95 <= most };
    else made.target = { wanted: 'p95 < 40 ms', met: (made.figures[1] ?? Infinity) < 40 };
    return made;
  };
  const coldRow = onGraph('graph, no slot cached', cold, 3);
  const rows = [
    row('typed arrays in memory (floor)', floorMs, found),
    onGraph('graph, nothing known', nothing),
    coldRow,
    onGraph('graph, slots cached', warm, 1.5),
  ];
  if (postgres) {
    const timedOut = postgres.cases.filter(({ people }) => people === undefined).length;
    const made = row(
      'PostgreSQL',
      postgres.cases.map(({ ms }) => ms),
      '',
    );
    const ahead = ratio(made.figures, coldRow.figures);
    made.beside =
      `graph ahead x ${ahead.map(shown).join(' / ')}` + (timedOut > 0 ? `; ${timedOut} given up after 20 s` : '');
    if (city === 'crowded') made.target = { wanted: 'p95 >= 20 x graph', met: (ahead[1] ?? 0) >= 20 };
    rows.push(made);
  }
  return { rows, problems: differences(city, { floor, nothing, cold, warm, postgres }) };
}

function differences(city: CityName, { floor, nothing, cold, warm, postgres }: Ways): string[] {
  const problems: string[] = [];
  floor.forEach((expected, i) => {
    for (const [way, results] of Object.entries({ nothing, cold, warm })) {
      if (results[i]?.all !== expected.all) problems.push(`${city}, case ${i}: ${way} and floor differ`);
    }
    const people = postgres?.cases[i]?.people;
    if (people !== undefined && people !== expected.people) {
      problems.push(`${city}, case ${i}: PostgreSQL and floor differ`);
    }
  });
  return problems;
}

const times = (results: readonly Timed[]) => results.map(({ ms }) => ms);
const ratio = (a: readonly number[], b: readonly number[]) => a.map((figure, i) => figure / (b[i] ?? NaN));
