import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { saysWhatToDo, ServicesError } from './services-error.js';
import type { ServicesConfig } from './config.js';
import { checkDataFolder } from './data-folder.js';
import { isThere, localServices, lockFile, logFile, waiting } from './catalogue.js';
import { hasEngine, startContainer } from './docker.js';
import { failure, refused } from './failures.js';
import { canInstall, installHint, installTools, thisSystem } from './install.js';
import { withLock } from './lock.js';
import type { Neo4jSettings } from './local-service.js';
import { neo4jSettings } from './neo4j.js';
import { isCalendar, ltsRelease, type Neo4jRelease } from './neo4j-release.js';
import { markStore, releaseFor, versionOfStore } from './neo4j-store.js';
import { choosePort, isFree } from './ports.js';
import { probe, RefusedError } from './probes.js';
import { startDetached, stopProcess } from './processes.js';
import { mendJournal } from './redis-journal.js';
import { refusedAt } from './refused-at.js';
import { readState, writeState, type ServiceRecord, type ServicesState } from './state.js';
import { serviceNames, titles, variables, type ServiceName, type ServicesOptions, type ServiceUrls } from './types.js';
import { addressOf, isGiven, ownUrls, urlsOf } from './urls.js';

interface Work {
  dataDir: string;
  install: boolean;
  config: ServicesConfig;
  neo4j: Neo4jSettings;
  state: ServicesState;
  say: (line: string) => void;
  stop: AbortSignal | undefined;
}

export async function up({ config, install, only = serviceNames, say = () => undefined, stop }: ServicesOptions) {
  const given = only.filter((name) => isGiven(config, name));
  await Promise.all(given.map((name) => checkGiven(name, urlsOf(config, {}), say)));
  const ours = only.filter((name) => !isGiven(config, name));
  if (ours.length === 0) return urlsOf(config, readState(config.dataDir));
  checkDataFolder(config.dataDir);
  return withLock(lockFile(config.dataDir), waiting(say), async () => {
    const state = readState(config.dataDir);
    const work: Work = {
      dataDir: config.dataDir,
      config,
      install: install ?? false,
      neo4j: neo4jSettings(
        config,
        ours.includes('neo4j') ? releaseFor(config.dataDir, config.neo4jVersion) : ltsRelease,
      ),
      state,
      say,
      stop,
    };
    if (ours.includes('neo4j')) await refuseChangeWhileRunning(work);
    await decideWays(ours, state, config.docker);
    await provideTools(ours, work);
    await all(ours.map((name) => bringUp(name, work)));
    return urlsOf(config, state);
  });
}

/** Another version of Neo4j takes a start. */
async function refuseChangeWhileRunning({ dataDir, config, neo4j, state }: Work): Promise<void> {
  const last = versionOfStore(dataDir);
  if (config.neo4jVersion === undefined || last === undefined || last === neo4j.release.version) return;
  if (!state.neo4j || !(await isThere(state.neo4j))) return;
  throw new ServicesError(
    'start-failed',
    `Neo4j ${last} is running, not ${neo4j.release.version}.`,
    'Stop it first: npx truyvet services down',
  );
}

/**
 * Waits for all, also after a failure, so that no service is left half started behind the lock and every failure is
 * reported.
 */
async function all(works: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const unexpected = errors.find((error) => !saysWhatToDo(error));
  if (unexpected) throw unexpected;
  if (errors.length === 0) return;
  const fixes = errors.filter(saysWhatToDo).flatMap(({ fix }) => fix ?? []);
  throw new ServicesError('start-failed', errors.map(({ message }) => message).join('\n'), fixes.join('\n'));
}

async function checkGiven(name: ServiceName, urls: ServiceUrls, say: (line: string) => void): Promise<void> {
  try {
    await probe(name, urls);
  } catch (error) {
    if (error instanceof RefusedError) throw refusedAt(name, addressOf(name, urls), error);
    throw new ServicesError(
      'does-not-answer',
      `${titles[name]} at ${addressOf(name, urls)} does not answer: ${(error as Error).message}`,
      `Start it, correct ${variables[name]}, or unset that to have one started here.`,
    );
  }
  say(`${titles[name]}: given at ${addressOf(name, urls)}`);
}

/**
 * Chooses Docker when it is allowed and an engine answers. A service that has run before keeps its way, because its
 * data is there.
 */
async function decideWays(names: readonly ServiceName[], state: ServicesState, docker: boolean): Promise<void> {
  const fresh = names.filter((name) => state[name]?.neverRan ?? !state[name]);
  const engine = docker && fresh.some((name) => name !== 'event-log') && (await hasEngine());
  for (const name of fresh) {
    const before = state[name];
    state[name] = {
      port: before?.port ?? (await choosePort(undefined, portsOf(state))),
      password: before?.password ?? (localServices[name].hasPassword ? randomBytes(24).toString('hex') : ''),
      neverRan: true,
      via: engine && name !== 'event-log' ? 'docker' : 'process',
    };
  }
}

const recordOf = (state: ServicesState, name: ServiceName) => state[name] as ServiceRecord;

function portsOf(state: ServicesState, except?: ServiceName): Set<number> {
  return new Set(serviceNames.filter((name) => name !== except).flatMap((name) => state[name]?.port ?? []));
}

async function provideTools(names: readonly ServiceName[], { neo4j, state, install, say }: Work): Promise<void> {
  const lacking = async () => {
    const needs = names.map(async (name) => {
      const record = recordOf(state, name);
      return record.via === 'docker' || (await isThere(record)) ? [] : localServices[name].missing(neo4j);
    });
    return (await Promise.all(needs)).flat();
  };
  let missing = await lacking();
  if (missing.length > 0 && install && canInstall(thisSystem())) {
    const tools = missing.map(({ tool }) => tool);
    await installTools(tools, say);
    missing = await lacking();
  }
  if (missing.length === 0) return;
  const tools = missing.map(({ tool }) => tool);
  const why = missing.map((need) => need.why).join('; ');
  throw new ServicesError('tool-missing', `The services cannot start: ${why}.`, installHint(tools, thisSystem()));
}

async function bringUp(name: ServiceName, work: Work): Promise<void> {
  const { state, say } = work;
  const running = recordOf(state, name);
  await endOpenLog(name, running, work);
  if (await isThere(running)) {
    try {
      await untilReady(name, work);
      say(`${titles[name]}: running already, on port ${running.port}`);
      return;
    } catch (error) {
      // If it was found while it was ending, start it like a stopped one.
      if (await isThere(running)) throw error;
    }
  }
  for (let attempt = 1; ; attempt++) {
    work.stop?.throwIfAborted();
    await start(name, work);
    const begun = Date.now();
    try {
      await untilReady(name, work);
      say(`${titles[name]}: ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      return;
    } catch (error) {
      // Another program may have taken the port between its choice and its use.
      const record = recordOf(state, name);
      if (attempt === 3 || (await isThere(record)) || (await isFree(record.port))) throw error;
      say(`${titles[name]}: port ${record.port} was taken meanwhile, trying another`);
    }
  }
}

/**
 * Stops an event log of version 0.1.0, which does not authenticate callers, so that it is started again as one that
 * does.
 */
async function endOpenLog(name: ServiceName, record: ServiceRecord, { dataDir, state, say }: Work): Promise<void> {
  const { run, secured } = record;
  if (name !== 'event-log' || secured || !run || 'container' in run) return;
  if (await isThere(record)) {
    say(`${titles[name]}: started again, so that it asks for a user and a password over TLS`);
    await stopProcess(run, localServices[name].graceMs);
  }
  delete record.run;
  writeState(dataDir, state);
}

function sayTakeover({ version }: Neo4jRelease, last: string | undefined, say: Work['say']): void {
  if (last === undefined || isCalendar(last) || !isCalendar(version)) return;
  say(`Neo4j: ${version} takes over the graph of ${last}, which cannot read it after that`);
}

async function start(name: ServiceName, { dataDir, config, neo4j, state, say }: Work): Promise<void> {
  const { run: _, ...before } = recordOf(state, name);
  const port = await choosePort(before.port, portsOf(state, name));
  if (port !== before.port && !before.neverRan) {
    say(`${titles[name]}: another program has port ${before.port}; restart programs that still use it`);
  }
  const record: ServiceRecord = { ...before, port };
  state[name] = record;
  // Record the password before anything is started with it.
  writeState(dataDir, state);
  if (name === 'neo4j') sayTakeover(neo4j.release, versionOfStore(dataDir), say);
  const settings = { dataDir, port, password: record.password, neo4j };
  if (name === 'redis') await mendJournal(join(dataDir, name), say);
  if (record.via === 'docker' && name !== 'event-log') {
    say(`${titles[name]}: starting in Docker on port ${port}`);
    record.run = { container: await startContainer({ ...settings, name }) };
  } else {
    const launch = await localServices[name].prepare({ ...settings, startEventLog: config.startEventLog, say });
    record.run = await startDetached(launch, logFile(dataDir, name));
    if (name === 'event-log') record.secured = true;
  }
  if (name === 'neo4j') markStore(dataDir, neo4j.release.version);
  delete record.neverRan;
  writeState(dataDir, state);
}

/** @throws ServicesError with the end of the log when the service dies, refuses its password or takes too long. */
async function untilReady(name: ServiceName, { dataDir, config, state, say, stop }: Work): Promise<void> {
  const record = recordOf(state, name);
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  for (let reportedAt = 0; ;) {
    const problem = await problemOf(name, ownUrls(config, state));
    // Checked after the probe: when the service is dead, another program may have answered or refused on its port.
    if (!(await isThere(record))) {
      throw await failure(`${titles[name]} died while it was starting.`, name, dataDir, record);
    }
    if (!problem) return;
    stop?.throwIfAborted();
    if (problem instanceof RefusedError) throw refused(name, dataDir, problem);
    if (seconds() * 1000 > localServices[name].startMs) {
      const what = `${titles[name]} does not answer after ${seconds()} s: ${problem.message}.`;
      throw await failure(what, name, dataDir, record);
    }
    if (seconds() >= reportedAt + 10) {
      reportedAt = seconds();
      say(`${titles[name]}: still starting after ${reportedAt} s`);
    }
    await delay(100);
  }
}

async function problemOf(name: ServiceName, urls: ServiceUrls): Promise<Error | undefined> {
  try {
    await probe(name, urls);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
