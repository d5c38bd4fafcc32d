import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CityName, Scale } from './cities.js';
import { withServices, type Installation } from './installation.js';
import { importRegisters, readName, registerName, type Format, type Register, type RegisterScale } from './intake.js';
import { ratioOfMedians, type Pair } from './ratio.js';
import { shown, type Row } from './rows.js';
import { runStage, runStageOf } from './stages.js';
import type { OnGraph, Timed } from './trace-ways.js';

/** Whether a build is faster with a smaller or a larger figure. */
type Better = 'less' | 'more';

export interface Beside {
  rows: Row[];
  problems: string[];
}

const OURS = resolve('.');
const STAGES = 'dist/test/bench/stages.js';
const RUN = 'dist/test/bench/run.js';
/** The label of each way of tracing on the graph. */
const WAYS: Record<keyof OnGraph, string> = {
  nothing: 'nothing known',
  cold: 'no slot cached',
  warm: 'slots cached',
};

/** @throws if the folder contains no other build that can be measured. */
export function checkOther(folder: string): string {
  const root = resolve(folder);
  if (root === OURS) throw new Error(`${folder} is this checkout itself: name another one.`);
  for (const file of [STAGES, RUN]) {
    if (existsSync(join(root, file))) continue;
    throw new Error(
      `${folder} is not a checkout with its bench built: run "npm ci && npx tsc -p tsconfig.bench.json" there.`,
    );
  }
  return root;
}

/**
 * Traces the same cases with this build and another one in turns, each on a graph that it filled itself. The order
 * changes with each round, so that a machine that slows down slows both.
 */
export async function traceAgainst(other: string, city: CityName, scale: Scale, rounds: number): Promise<Beside> {
  return withServices(['neo4j'], (ours) =>
    withServices(['neo4j'], async (theirs) => {
      const graphs = { [OURS]: ours, [other]: theirs };
      for (const root of [OURS, other]) await fill(root, graphs[root] as Installation, city, scale);
      const found: Record<string, OnGraph[]> = { [OURS]: [], [other]: [] };
      for (let round = 0; round < rounds; round++) {
        for (const root of inTurn(round, other)) {
          const { neo4j } = (graphs[root] as Installation).urls;
          const { result } = await runStageOf(root, 'traceOnGraph', { neo4j, scale });
          found[root]?.push(result);
        }
      }
      const { result: floor } = await runStage('traceInMemory', { city, scale });
      return compared(city, floor, found[OURS] ?? [], found[other] ?? []);
    }),
  );
}

async function fill(
  root: string,
  { urls: { neo4j }, pidOf }: Installation,
  city: CityName,
  scale: Scale,
): Promise<void> {
  await runStageOf(root, 'loadGraph', { city, scale, neo4j, neo4jPid: await pidOf('neo4j') });
}

function compared(city: CityName, floor: Timed[], ours: OnGraph[], theirs: OnGraph[]): Beside {
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const way of Object.keys(WAYS) as (keyof OnGraph)[]) {
    const took = (rounds: OnGraph[], i: number) => rounds.map((round) => round[way][i]?.ms ?? NaN);
    const pairs = floor.map((_, i): Pair => ({ ours: took(ours, i), theirs: took(theirs, i) }));
    rows.push(besideRow('trace', `trace, ${city}: ${WAYS[way]}`, pairs, 'less'));
    const wrong = floor.flatMap(({ people }, i) =>
      ours.every((round) => round[way][i]?.people === people) ? [] : [i],
    );
    problems.push(...wrong.map((i) => `${city}, case ${i}: ${way} and floor differ`));
    const apart = floor.flatMap((_, i) => (theirs[0]?.[way][i]?.people === ours[0]?.[way][i]?.people ? [] : [i]));
    problems.push(...apart.map((i) => `${city}, case ${i}: ${way} of the two builds differ`));
  }
  return { rows, problems };
}

/** New people and places through the command of each build in turns, and reading rows where the other build measures it. */
export async function intakeAgainst(other: string, scale: RegisterScale, rounds: number): Promise<Beside> {
  const figures = new Map<string, Pair & { better: Better; ours: number[]; theirs: number[] }>();
  const add = (root: string, name: string, figure: number, better: Better) => {
    const pair = figures.get(name) ?? { better, ours: [], theirs: [] };
    figures.set(name, pair);
    pair[root === OURS ? 'ours' : 'theirs'].push(figure);
  };
  const reads = existsSync(join(other, 'dist/test/bench/intake.js'));
  for (let round = 0; round < rounds; round++) {
    for (const root of inTurn(round, other)) {
      const registered = await importRegisters(root, scale.registered);
      for (const kind of Object.keys(registered) as Register[]) {
        add(root, registerName(kind), registered[kind].perSecond, 'more');
      }
      if (!reads) continue;
      const { result } = await runStageOf(root, 'readRows', { rows: scale.read });
      for (const format of Object.keys(result) as Format[]) add(root, readName(format), result[format], 'less');
    }
  }
  // A round is one pair, since the machine is not the same in all of them.
  const pairsOf = ({ ours, theirs }: Pair): Pair[] =>
    ours.map((our, i) => ({ ours: [our], theirs: [theirs[i] ?? NaN] }));
  const rows = [...figures].map(([name, pair]) => besideRow('intake', name, pairsOf(pair), pair.better));
  return { rows, problems: [] };
}

/** A whole part of the bench by each build in turns; each row is compared by the first figure of its report. */
export async function partAgainst(
  other: string,
  part: string,
  args: readonly string[],
  rounds: number,
): Promise<Beside> {
  const reports: Record<string, Row[][]> = { [OURS]: [], [other]: [] };
  const problems: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const root of inTurn(round, other)) {
      const report = await runPart(root, ['--only', part, ...args]);
      reports[root]?.push(report.rows);
      problems.push(...report.problems.map((problem) => (root === OURS ? problem : `the other build: ${problem}`)));
    }
  }
  const [ours = [], theirs = []] = [reports[OURS], reports[other]];
  const figure = (rows: Row[] | undefined, name: string) => rows?.find((row) => row.name === name)?.figures[0] ?? NaN;
  const rows = (ours[0] ?? []).flatMap(({ group, name, unit }): Row[] => {
    const pairs = ours.map((row, i): Pair => ({ ours: [figure(row, name)], theirs: [figure(theirs[i], name)] }));
    // One of the builds does not have this row yet.
    if (pairs.some(({ ours: [a = NaN], theirs: [b = NaN] }) => Number.isNaN(a / b))) return [];
    return [besideRow(group, name, pairs, unit.endsWith('/s') || unit === 'of the rate' ? 'more' : 'less')];
  });
  return { rows, problems };
}

/** Runs within the checkout, where the bench of each build looks for the program and its simulators. */
async function runPart(root: string, args: readonly string[]): Promise<{ rows: Row[]; problems: string[] }> {
  const folder = join(root, 'bench-results');
  const reports = () => (existsSync(folder) ? readdirSync(folder) : []);
  const before = new Set(reports());
  // It ends with 1 if something was wrong, and its report says what.
  await promisify(execFile)(process.execPath, [join(root, RUN), ...args], { cwd: root, maxBuffer: 2 ** 26 }).catch(
    () => undefined,
  );
  const file = reports().find((name) => !before.has(name));
  if (file === undefined) throw new Error(`the bench of ${root} ended without a report`);
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { rows: Row[]; problems: string[] };
  // Only the ratios are kept.
  rmSync(join(folder, file));
  return report;
}

function inTurn(round: number, other: string): string[] {
  return round % 2 === 0 ? [OURS, other] : [other, OURS];
}

function besideRow(group: Row['group'], name: string, pairs: readonly Pair[], better: Better): Row {
  const { ratio, from, until } = ratioOfMedians(pairs);
  const faster = better === 'less' ? until < 1 : from > 1;
  const slower = better === 'less' ? from > 1 : until < 1;
  const verdict = faster ? 'better' : slower ? 'worse' : 'no difference seen';
  return {
    group,
    name,
    figures: [ratio],
    unit: `x the other build, ${better} is better`,
    beside: `90 % interval ${shown(from)} to ${shown(until)}, ${pairs.length} pairs: ${verdict}`,
  };
}
