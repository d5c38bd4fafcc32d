import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isForPeople, UserError } from '../../kernel/errors.js';
import { SECONDS_PER_DAY } from '../../kernel/instant.js';
import type { EventStore } from '../../event-log/event-store.js';
import { addProfile, allProfiles } from '../../cases/profiles.js';
import { readConfig, type Config } from '../../platform/config.js';
import { createLogger } from '../../platform/logger.js';
import { servicesDown } from '@truyvet/local-services';
import { waitUntilCaughtUp } from '../catch-up.js';
import { closeAll, stopSignal, untilStopped } from '../../cli/foreground.js';
import { importFile } from '../import-file.js';
import { openRuntime, type Runtime } from '../runtime.js';
import type { ContactsAnswer } from '../../investigation/contacts.js';
import { askContacts } from '../../investigation/requests/one-case.js';
import { performLocally } from '../perform-locally.js';
import { startEverything } from '../start.js';
import { makeCity } from './city.js';
import { personId, resultRow, writeCity, writeResults } from './files.js';

const SEED = 20210801;
const DAYS = 14;
/** Hours after the start of a day by which its last visits end: they have to be over when they are imported. */
const DAY_ENDS = 26;
/** The profile that the demo uses. Today's profile asks little of contacts and nothing of their contacts. */
const RULES = 'covid-19-vn-5053';
/** Variables that point to other data than the demo's: its made-up people would be mixed with real ones there. */
const OF_AN_INSTALLATION = ['EVENTSTORE_URL', 'NEO4J_URL', 'REDIS_URL', 'TRUYVET_MASTER_KEY'];
/** Marks a data folder as the demo's own, which is removed when the demo runs again. */
const MARK = 'demo';
/** Milliseconds between two checks whether a case is traced. */
const TRACED_EVERY = 200;
const SHOWN = 3;

export interface DemoOptions {
  people: number;
  exit?: boolean;
  /** Install what is missing; possible as root on Debian or Ubuntu. */
  install: boolean;
}

/** The main job from end to end, on the real services, with made-up people. */
export async function demo(options: DemoOptions): Promise<void> {
  const { people } = options;
  if (!Number.isInteger(people) || people < 100 || people > 1_000_000) {
    throw new UserError('--people must be a whole number from 100 to 1000000.');
  }
  const given = OF_AN_INSTALLATION.filter((name) => process.env[name]);
  if (given.length > 0) {
    throw new UserError(
      `The demo writes made-up people, and only to services of its own; these variables are set: ${given.join(', ')}.`,
      `Unset them: env ${given.map((name) => `-u ${name}`).join(' ')} npm run demo`,
    );
  }
  process.env['TRUYVET_DATA'] ||= '.truyvet-demo';
  process.env['TRUYVET_LOG_LEVEL'] ||= 'warn';
  // Gathering would only make the viewer wait: everything that is due for a phone is due at the same moment here.
  process.env['TRUYVET_ALERT_GATHER_MINUTES'] ||= '0';
  const config = readConfig();
  const stop = stopSignal();
  try {
    await prepareFolder(config.dataDir);
    await tell(config, options, stop);
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
    console.log('Stopped before the end.');
    process.exitCode = 130;
  }
}

/** @throws the reason of `stop` when it is aborted before the end. */
async function tell(config: Config, { people, exit = false, install }: DemoOptions, stop: AbortSignal): Promise<void> {
  const stages = new Stages();

  title('1. Services: event log, Neo4j, Redis, then the API, a projector and a worker');
  const { url, parts } = await stages.time('services up', () => startEverything(config, install, stop));
  let finished = false;
  try {
    title(`2. A city of ${people} people: ${DAYS} days of check-ins`);
    const folder = join(config.dataDir, MARK);
    // The city's last day is yesterday: nobody is alerted about exposures that are long past.
    const firstDay = Math.floor((config.now() / 1000 - DAY_ENDS * 3600) / SECONDS_PER_DAY) - DAYS + 1;
    const city = makeCity({ people, days: DAYS, peoplePerPlace: 10, zipf: 0.3, firstDay, seed: SEED });
    const files = await stages.time('city written as CSV', () => writeCity(city, folder, SEED));
    await stages.time('people and places imported', async () => {
      await take('people', files.people);
      await take('places', files.places);
    });
    await stages.time('check-ins imported', () => take('check-ins', files.checkIns));
    await stages.time('graph caught up', () =>
      withRuntime((runtime) => waitUntilCaughtUp(runtime, console.error, stop)),
    );

    title('3. Three positive results');
    await withRuntime(({ store }) => addRules(store));
    const cases = [0.1, 0.4, 0.7].map((part) => Math.floor(part * people));
    const day = firstDay + DAYS - 3;
    const positive = join(folder, 'results.csv');
    await writeResults(
      positive,
      cases.map((person, i) => resultRow(person, day, 2 + i, 'positive')),
    );
    await stages.time('results imported, cases traced', async () => {
      await take('results', positive);
      // Contacts are known long before everybody has been alerted.
      for (const person of cases) await untilTraced(person);
    });
    for (const person of cases) await show(person);
    await stages.time('messages written', () =>
      withRuntime((runtime) => waitUntilCaughtUp(runtime, console.error, stop)),
    );
    showOutbox(config.dataDir, 'Written so far');

    title('4. One of them was a false positive: the laboratory retracts it');
    const [first = 0] = cases;
    const retraction = join(folder, 'retraction.csv');
    await writeResults(retraction, [resultRow(first, day, 2, 'retracted')]);
    await stages.time('case retracted, messages written', () => take('results', retraction, true));
    await show(first);
    showOutbox(config.dataDir, 'All messages written');

    title('What each stage took');
    stages.print();
    title('Where to look next');
    const shown = relative(process.cwd(), config.dataDir) || config.dataDir;
    console.log(`  export TRUYVET_DATA=${shown}`);
    if (exit) console.log('  npx truyvet services up                    everything was stopped: the next two need it');
    console.log(`  npx truyvet contacts --person ${personId(cases[1] ?? 0)}      who met this case, and where`);
    console.log('  npx truyvet alerts --status failed         people whom no message reaches: visit them');
    console.log(`  less ${join(shown, 'outbox.ndjson')}          every message, as a provider would get it`);
    if (!exit) console.log(`  ${url}/console/             the operators' page`);
    if (!exit) console.log(`  ${url}/docs                 the API, which keeps running: stop it with Ctrl-C`);
    finished = true;
    if (!exit) await untilStopped(parts, console.log, { stop });
  } finally {
    if (exit || !finished) await closeAll(parts);
  }

  /** Imports a file exactly as the command line does. */
  async function take(kind: string, file: string, wait = false): Promise<void> {
    const code = await importFile(kind, file, { source: 'cli', wait, stop });
    stop.throwIfAborted();
    if (code !== 0) throw new UserError(`The import of ${file} ended with ${code}.`);
  }

  async function withRuntime<T>(run: (runtime: Runtime) => Promise<T>): Promise<T> {
    const runtime = await openRuntime(config, createLogger(config, 'demo'), ['neo4j']);
    try {
      return await run(runtime);
    } finally {
      await runtime.close();
    }
  }

  function contactsOf(person: number): Promise<ContactsAnswer> {
    const given = { person: personId(person) };
    return withRuntime((runtime) => performLocally(runtime, askContacts, given, { shortened: true }));
  }

  async function untilTraced(person: number): Promise<void> {
    for (;;) {
      stop.throwIfAborted();
      try {
        await contactsOf(person);
        return;
      } catch (error) {
        // The case or its trace does not exist yet.
        if (!isForPeople(error)) throw error;
      }
      await delay(TRACED_EVERY);
    }
  }

  async function show(person: number): Promise<void> {
    printCase(await contactsOf(person));
  }
}

/** Adds a profile, as a team does with `truyvet profiles add` when it follows other rules than those that ship. */
async function addRules(store: EventStore): Promise<void> {
  const rules = (await allProfiles(store)).find(({ id }) => id === RULES);
  if (!rules) throw new Error(`there is no profile ${RULES}`);
  await addProfile(store, { ...rules, id: 'demo', authority: 'own', name: `${rules.name}, for the demo` });
  console.log(`Traced by the rules of ${RULES}, to contacts of contacts (F2); docs/profiles.md describes others`);
}

async function prepareFolder(dataDir: string): Promise<void> {
  const mark = join(dataDir, MARK);
  if (existsSync(mark)) {
    console.log(`Removing the earlier demo in ${dataDir}`);
    await servicesDown({ config: readConfig(), say: console.log });
    rmSync(dataDir, { recursive: true, force: true });
  } else if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new UserError(
      `${dataDir} has an installation that is not the demo's.`,
      'Unset TRUYVET_DATA, or name an empty folder: the demo must not mix with real data.',
    );
  }
  mkdirSync(resolve(mark), { recursive: true });
}

function printCase({ case: { person, status, from, until: end }, items }: ContactsAnswer): void {
  const of = (wanted: number) => items.filter(({ degree }) => degree === wanted);
  const [f1, f2] = [of(1), of(2)];
  const until = end ?? 'isolation (none is recorded)';
  if (status === 'retracted') {
    console.log(`  ${person} is no longer a case: ${f1.length} F1, ${f2.length} F2`);
    return;
  }
  console.log(`  ${person}: infectious from ${from} until ${until}: ${f1.length} F1, ${f2.length} F2`);
  for (const each of f1.slice(0, SHOWN)) {
    console.log(
      `    F1 ${each.person} was with ${person} for ${each.minutes} min at ${each.places?.join(', ')}, ` +
        `first at ${each.first}`,
    );
  }
  for (const each of f2.slice(0, SHOWN)) console.log(`    F2 ${each.person} was later with ${each.via?.join(', ')}`);
}

function showOutbox(dataDir: string, what: string): void {
  const lines = readFileSync(join(dataDir, 'outbox.ndjson'), 'utf8').trimEnd().split('\n');
  console.log(`  ${what}: ${lines.length} messages; the last one:`);
  const { to, text } = JSON.parse(lines.at(-1) ?? '{}') as { to: string; text: string };
  console.log(`    to ${to.slice(0, 5)}…: ${text}`);
}

function title(text: string): void {
  console.log(`\n${text}`);
}

class Stages {
  readonly #took: { name: string; seconds: number }[] = [];

  async time<T>(name: string, run: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await run();
    this.#took.push({ name, seconds: (performance.now() - began) / 1000 });
    return result;
  }

  print(): void {
    for (const { name, seconds } of this.#took) console.log(`  ${name.padEnd(34)} ${seconds.toFixed(1).padStart(7)} s`);
  }
}
