import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { firstMessageRows, pacedMessagesRow, problemsOf, unlimitedMessagesRow } from './alert-rows.js';
import { firstMessages } from './first-messages.js';
import { manyMessages } from './many-messages.js';
import { checkOther, intakeAgainst, partAgainst, traceAgainst, type Beside } from './against.js';
import { SCALES, type CityName, type Scale } from './cities.js';
import { endToEnd } from './end-to-end.js';
import { withServices } from './installation.js';
import { importRegisters, intakeRows, REGISTERS } from './intake.js';
import { benchLog } from './log.js';
import { logRows } from './log-rows.js';
import { busyMeter, machine, peakMegabytes } from './machine.js';
import { shown, table, type Row } from './rows.js';
import type { Retraced } from './retrace.js';
import type { GraphAddress } from '../../src/contact-graph/neo4j.js';
import { questionRows } from './questions.js';
import { retraceRows } from './retrace-rows.js';
import { runStage } from './stages.js';
import { traceRows } from './trace-rows.js';

const PARTS = [
  ...(['log', 'intake', 'graph', 'end-to-end', 'trace', 'retrace', 'questions'] as const),
  ...(['first-case', 'messages', 'pace'] as const),
] as const;
type PartName = (typeof PARTS)[number];
/** Several parts by one name. */
const TOGETHER: Record<string, readonly PartName[]> = { alerts: ['first-case', 'messages', 'pace'] };
const CITIES: CityName[] = ['sparse', 'crowded'];
const say = (line: string) => console.error(line);

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    city: { type: 'string', multiple: true },
    against: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const only = options.only?.flatMap((part): readonly string[] => TOGETHER[part] ?? [part]);
const wrong = only?.find((part) => !PARTS.includes(part as PartName));
if (wrong !== undefined) {
  console.error(`There is no part "${wrong}". Parts: ${[...PARTS, ...Object.keys(TOGETHER)].join(', ')}`);
  process.exit(1);
}
const strange = options.city?.find((city) => !CITIES.includes(city as CityName));
if (strange !== undefined) {
  console.error(`There is no city "${strange}". Cities: ${CITIES.join(', ')}`);
  process.exit(1);
}
const cities = CITIES.filter((city) => !options.city || options.city.includes(city));
const wanted = (part: PartName) => !only || only.includes(part);

const rounds = checked(() => {
  if (/^[1-9]\d{0,2}$/.test(options.rounds)) return Number(options.rounds);
  throw new Error(`--rounds takes a whole number from 1 to 999, not "${options.rounds}".`);
});
const scaleName = options.small ? 'small' : 'full';
const scale: Scale = SCALES[scaleName];
const startedAt = new Date();
const busy = busyMeter();
const rows: Row[] = [];
const problems: string[] = [];
/** Cases of the crowded city about which questions are asked. */
const CROWDED_CASES = 12;
/** A rate that a gateway allows for such messages. */
const PACE = { full: { people: 5_000, rate: 50 }, small: { people: 1_000, rate: 50 } };
/** Messages through a gateway that takes all that come. */
const UNLIMITED = { full: 5_000, small: 1_500 };
/**
 * The people of the city in which cases are reported, how often everything is started there, and the cases after each
 * start. In a larger city, cases have as many contacts, and filling it takes most of the time.
 */
const FIRST_CASES = { full: { people: 50_000, starts: 3, cases: 9 }, small: { people: 10_000, starts: 3, cases: 9 } };
/** Results of the sparse city, measured while its graph existed. */
let retraced: Retraced[] | undefined;

if (options.against === undefined) await measure();
else await measureAgainst(checked(() => checkOther(options.against as string)));

async function measure(): Promise<void> {
  if (wanted('log')) {
    await attempt('log', async () => {
      say('Measuring the event log');
      rows.push(...logRows(await benchLog({ small: options.small })));
    });
  }
  if (wanted('intake')) {
    await attempt('intake', async () => {
      const { registered, read } = REGISTERS[scaleName];
      say(`Importing ${registered} new people and places`);
      const imported = await importRegisters(resolve('.'), registered);
      rows.push(...intakeRows(registered, imported, (await runStage('readRows', { rows: read })).result));
    });
  }
  if (wanted('graph') || wanted('trace') || wanted('questions')) {
    for (const city of cities) await attempt(city, () => benchCity(city));
  } else if (wanted('retrace')) {
    await attempt('sparse', () => benchCity('sparse'));
  }
  if (wanted('retrace')) {
    await attempt('retrace', async () => {
      if (!retraced) return;
      const made = retraceRows(retraced, await retraceInSmallerCity());
      rows.push(...made.rows);
      problems.push(...made.problems);
    });
  }
  if (wanted('end-to-end')) {
    await attempt('end to end', async () => {
      say(`Importing ${scale.checkIns} check-ins, with log, projector and Neo4j beside it`);
      rows.push(...endToEndRows(await endToEnd(scale)));
    });
  }
  if (wanted('first-case')) {
    const [city = 'sparse'] = cities;
    await attempt('first messages', async () => {
      const { starts, ...reported } = FIRST_CASES[scaleName];
      say(`Reporting positive results in the ${city} city after each of ${starts} starts of everything`);
      rows.push(...firstMessageRows(city, await firstMessages(city, { ...scale, ...reported }, starts)));
    });
  }
  if (wanted('messages')) {
    await attempt('messages', async () => {
      const people = UNLIMITED[scaleName];
      say(`Telling ${people} people through a gateway without a limit`);
      const sent = await manyMessages(people, null);
      rows.push(unlimitedMessagesRow(sent));
      problems.push(...problemsOf(sent));
    });
  }
  if (wanted('pace')) {
    await attempt('messages at a pace', async () => {
      const { people, rate } = PACE[scaleName];
      say(`Telling ${people} people at ${rate} a second`);
      const sent = await manyMessages(people, rate);
      rows.push(pacedMessagesRow(sent, rate));
      problems.push(...problemsOf(sent));
    });
  }
}

/**
 * Each part by this build and by another one in turns. Only ratios are shown, because absolute figures of a busy
 * machine mean little.
 */
async function measureAgainst(other: string): Promise<void> {
  const add = ({ rows: made, problems: wrong }: Beside) => {
    rows.push(...made);
    problems.push(...wrong);
  };
  for (const part of PARTS.filter(wanted)) {
    if (part === 'trace') {
      for (const city of cities) {
        say(`Tracing ${scale.cases} cases in the ${city} city by both builds, ${rounds} rounds`);
        await attempt(city, async () => add(await traceAgainst(other, city, scale, rounds)));
      }
      continue;
    }
    if (part === 'intake') {
      say(`Importing ${REGISTERS[scaleName].registered} new people and places by both builds, ${rounds} rounds`);
      await attempt(part, async () => add(await intakeAgainst(other, REGISTERS[scaleName], rounds)));
      continue;
    }
    say(`Measuring ${part} by both builds, ${rounds} rounds`);
    const same = [...(options.small ? ['--small'] : []), ...(options.city ?? []).flatMap((city) => ['--city', city])];
    await attempt(part, async () => add(await partAgainst(other, part, same, rounds)));
  }
}

/** Reports wrong arguments in one line. */
function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

/** A failing part loses only its own figures, because the other parts took long enough. */
async function attempt(name: string, measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    console.error(error);
  }
}

/** Loads a city into its own graph and traces in it; the other ways are traced after Neo4j has stopped. */
async function benchCity(city: CityName): Promise<void> {
  const onGraph = await withServices(['neo4j'], async ({ urls: { neo4j }, pidOf }) => {
    say(`Loading the ${city} city of ${scale.people} people into Neo4j`);
    const neo4jPid = await pidOf('neo4j');
    const { result, peak } = await runStage('loadGraph', { city, scale, neo4j, neo4jPid });
    rows.push({
      group: 'graph load',
      name: `graph load, ${city}`,
      figures: [result.visits / result.seconds],
      unit: 'visits/s',
      beside:
        `${result.visits} visits; last quarter ${shown(result.lastQuarter)}/s; processor us a visit: ` +
        `${shown(result.nodeMicros)} node, ${shown(result.neo4jMicros ?? NaN)} neo4j; ` +
        `machine ${shown((result.busy ?? NaN) * 100)}% busy`,
      target: { wanted: '60,000', met: result.visits / result.seconds >= 60_000 },
    });
    memory('graph load', `graph load, ${city}: writer`, peak && Math.round(peak - result.cityMegabytes));
    memory('graph load', `graph load, ${city}: neo4j`, peakMegabytes(neo4jPid));
    if (city === 'sparse' && wanted('retrace')) {
      say(`Tracing ${scale.cases} cases in the ${city} city, and again with another onset`);
      retraced = (await runStage('retrace', { neo4j, scale })).result;
    }
    const traced = wanted('trace') ? await traceOnGraph(city, neo4j, neo4jPid) : undefined;
    // This part comes last, because it adds cases to the graph.
    if (wanted('questions')) {
      // Each of these cases has tens of thousands of contacts, so a few are enough.
      const asked = city === 'crowded' ? { ...scale, cases: Math.min(scale.cases, CROWDED_CASES) } : scale;
      say(`Asking questions of ${asked.cases} cases in the ${city} city`);
      rows.push(...questionRows(city, (await runStage('askQuestions', { neo4j, scale: asked })).result));
    }
    return traced;
  });
  if (!onGraph) return;
  say(`Tracing the same cases in memory${process.env.BENCH_PG_URL ? ' and on PostgreSQL' : ''}`);
  const inMemory = await runStage('traceInMemory', { city, scale });
  const url = process.env.BENCH_PG_URL;
  const onPostgres = url ? await runStage('traceOnPostgres', { url, city, scale }) : undefined;
  const traced = traceRows(city, { floor: inMemory.result, ...onGraph.result, postgres: onPostgres?.result });
  rows.push(...traced.rows);
  problems.push(...traced.problems);
  memory('trace', `trace, ${city}: tracing process`, onGraph.peak);
  memory('trace', `trace, ${city}: neo4j`, onGraph.neo4jPeak);
  memory('trace', `trace, ${city}: process of the floor`, inMemory.peak);
  memory('trace', `trace, ${city}: server process of PostgreSQL`, onPostgres?.result.peak);
}

async function traceOnGraph(city: CityName, neo4j: GraphAddress, neo4jPid: number) {
  say(`Tracing ${scale.cases} cases in the ${city} city on Neo4j`);
  const traced = await runStage('traceOnGraph', { neo4j, scale });
  return { ...traced, neo4jPeak: peakMegabytes(neo4jPid) };
}

/** A quarter of the people: the cost of a case should depend on its contacts, not on the size of the city. */
function retraceInSmallerCity(): Promise<Retraced[]> {
  const quarter = { ...scale, people: scale.people / 4 };
  return withServices(['neo4j'], async ({ urls: { neo4j }, pidOf }) => {
    say(`The same in a sparse city of ${quarter.people} people`);
    await runStage('loadGraph', { city: 'sparse', scale: quarter, neo4j, neo4jPid: await pidOf('neo4j') });
    return (await runStage('retrace', { neo4j, scale: quarter })).result;
  });
}

function endToEndRows({ checkIns, seconds, importSeconds, processes }: Awaited<ReturnType<typeof endToEnd>>): Row[] {
  const rate = checkIns / seconds;
  const micros = processes.map(({ name, micros }) => `${shown(micros ?? NaN)} ${name}`).join(', ');
  const main: Row[] = [
    {
      group: 'end to end',
      name: 'end to end, NDJSON to graph',
      figures: [rate],
      unit: 'check-ins/s',
      beside: `${checkIns} rows; into the log ${shown(checkIns / importSeconds)}/s; processor us a row: ${micros}`,
      target: { wanted: '5,000', met: rate >= 5_000 },
    },
  ];
  return [...main, ...processes.flatMap(({ name, peak }) => memoryRow('end to end', `end to end: ${name}`, peak))];
}

function memory(group: Row['group'], name: string, peak: number | undefined): void {
  rows.push(...memoryRow(group, name, peak));
}

function memoryRow(group: Row['group'], name: string, peak: number | undefined): Row[] {
  return peak === undefined ? [] : [{ group, name: `${name}, peak memory`, figures: [peak], unit: 'MB' }];
}

const share = busy();
const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
console.log(table(rows));
console.log(`\n${machine()}; ${scaleName} run, ${seconds} s; processors busy ${Math.round((share ?? NaN) * 100)}%.`);
if (!process.env.BENCH_PG_URL && wanted('trace') && options.against === undefined) {
  console.log('PostgreSQL was left out: BENCH_PG_URL names a server to set beside, such as postgres://user@host/db.');
}
mkdirSync('bench-results', { recursive: true });
const file = join('bench-results', `${startedAt.toISOString().replace(/[:.]/g, '-')}-${scaleName}.json`);
const report = {
  startedAt,
  seconds,
  machine: machine(),
  busy: share,
  scale: { name: scaleName, ...scale },
  problems,
  rows,
};
writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`Written to ${file}`);
for (const problem of problems) console.error(`WRONG: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
