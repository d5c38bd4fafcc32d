import { CATALOGUE } from '../support/catalogue.js';
import { streams } from '../support/events.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { Neo4jAlerts } from '../../src/alerting/alert-graph.js';
import { openGraph } from '../../src/contact-graph/index.js';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { concurrently } from '../../src/kernel/concurrently.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { idOf } from '../../src/kernel/ids.js';
import { openMasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { openStoreIdentity } from '../../src/event-log/store-identity.js';
import type * as simulator from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { writeLastingRules } from '../support/lasting-rules.js';
import type { HttpFault, HttpSimulator } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { casesOf, personId, type CityName, type Scale } from './cities.js';
import { withServices, type Installation } from './installation.js';
import { COMMAND, GRAPH_TYPES, stop, untilItSays } from './processes.js';
import { runStage } from './stages.js';

/** The simulator is not part of the compiled output. */
const SIMULATOR = pathToFileURL(resolve('packages/message-gateway/test/simulators/http-simulator.mjs')).href;
const startHttpSimulator = async () => ((await import(SIMULATOR)) as typeof simulator).startHttpSimulator();
/** Milliseconds after which a message is considered lost. */
const LOST_AFTER = 120_000;

export interface FirstMessages {
  /** For the first case after the start, like `ms`. */
  cold: number;
  /**
   * For each other case: milliseconds from handing the positive result to the API until the first F1's SMS is accepted.
   */
  ms: number[];
  /** Messages for the cases, and the total time that they took, tracing included. */
  messages: number;
  seconds: number;
}

/** Reports results for people of a city one after another, each when everything about the previous one has settled. */
export function firstMessages(city: CityName, scale: Scale): Promise<FirstMessages> {
  return withServices(['event-log', 'neo4j', 'redis'], async (installation) => {
    const { dataDir, urls, pidOf } = installation;
    const store = new EventStoreClient(urls.eventStoreUrl, CATALOGUE);
    const driver = connectGraph(urls.neo4j);
    const gateway = await startHttpSimulator();
    try {
      const storeId = await openStoreIdentity(store);
      const load = { city, scale, neo4j: urls.neo4j, neo4jPid: await pidOf('neo4j'), storeId };
      await runStage('loadGraph', load);
      // The positions of the visits came from another log, so they are reset: this log begins before its first event,
      // and does not contain the event that the graph knows as its last one.
      await driver.executeQuery('MATCH (c:Checkpoint) SET c.commit = -1, c.prepare = -1 REMOVE c.given');
      await registerAll(store, dataDir, scale.people);
      return await withParts(installation, gateway, {}, async (running) => {
        const ms: number[] = [];
        let seconds = 0;
        await running.settled();
        for (const [i, { person, until }] of casesOf(scale).entries()) {
          const before = gateway.accepted.length;
          const began = performance.now();
          const at = formatInstant(until - 4 * SECONDS_PER_DAY);
          await running.post('/v1/results', {
            ...{ sample_id: `sample-${i}`, person_id: personId(person), disease: 'covid-19', result: 'positive' },
            ...{ collected_at: at, reported_at: at },
          });
          await running.until(() => gateway.accepted.length > before);
          ms.push(performance.now() - began);
          console.error(`${i + 1}: ${Math.round(ms.at(-1) ?? 0)} ms`);
          if (!gateway.accepted[before]?.text.includes('(F1)')) throw new Error('somebody else was told first');
          await running.settled();
          seconds += (performance.now() - began) / 1_000;
        }
        const [cold = 0, ...warm] = ms;
        return { cold, ms: warm, messages: gateway.accepted.length, seconds };
      });
    } finally {
      await store.close();
      await driver.close();
      await gateway.close();
    }
  });
}

export interface ManyMessages {
  people: number;
  /** The provider's rate per second. */
  rate: number;
  /** From the first to the last accepted message. */
  seconds: number;
  lost: number;
  doubled: number;
  faults: number;
}

/**
 * One case that met ten thousand people, and a provider with a limited rate that sometimes fails in every possible way.
 */
export function manyMessages(people: number, rate: number): Promise<ManyMessages> {
  return withServices(['event-log', 'neo4j', 'redis'], async (installation) => {
    const { dataDir } = installation;
    const gateway = await startHttpSimulator();
    try {
      const file = (name: string) => join(dataDir, name);
      const first = 18_779 * SECONDS_PER_DAY;
      const stay = `${formatInstant(first + 10 * 3600)},${formatInstant(first + 12 * 3600)}`;
      await writeRows(file('people.csv'), 'person_id,name,phone,language', people + 1, (i) =>
        i === people ? 'case,Ai đó,,vi' : `${personId(i)},Ai đó,${phone(i)},vi`,
      );
      await writeRows(file('places.csv'), 'place_id,name,kind', 1, () => 'stadium,Sân vận động,stadium');
      await writeRows(file('check-ins.csv'), 'person_id,place_id,arrived_at,left_at', people + 1, (i) =>
        i === people ? `case,stadium,${stay}` : `${personId(i)},stadium,${stay}`,
      );
      return await withParts(installation, gateway, { perSecond: rate }, async (running) => {
        for (const kind of ['people', 'places', 'check-ins']) await running.import(kind, file(`${kind}.csv`));
        await running.settled();
        const faults = faultsFor(people);
        gateway.fault(...faults);
        const sampled = formatInstant(first + 2 * SECONDS_PER_DAY);
        await running.post('/v1/results', {
          ...{ sample_id: 'sample', person_id: 'case', disease: 'covid-19', result: 'positive' },
          ...{ collected_at: sampled, reported_at: sampled },
        });
        await running.until(() => gateway.accepted.length > 0);
        const began = performance.now();
        let last = began;
        for (let seen = 0; seen < people && performance.now() - last < LOST_AFTER; await delay(20)) {
          if (gateway.accepted.length > seen) last = performance.now();
          seen = new Set(gateway.accepted.map(({ to }) => to)).size;
        }
        await running.settled();
        const told = new Set(gateway.accepted.map(({ to }) => to)).size;
        return {
          ...{ people, rate, seconds: (last - began) / 1000, faults: faults.length },
          ...{ lost: people - told, doubled: gateway.accepted.length - told },
        };
      });
    } finally {
      await gateway.close();
    }
  });
}

/** One request in fifty fails, from the first to the last. */
function faultsFor(people: number): HttpFault[] {
  const kinds: HttpFault[] = [
    { accept: true, then: 'close' },
    { accept: true, then: 'cut' },
    { accept: true, then: 500 },
    { accept: false, then: 'close' },
    { accept: false, then: 503 },
    { accept: false, then: 429 },
  ];
  const random = randomFrom(7);
  return Array.from({ length: Math.floor(people / 50) }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)] as HttpFault;
    return { ...kind, to: toPhone(Math.floor(random() * people)) };
  });
}

interface Running {
  import(kind: string, file: string): Promise<void>;
  post(path: string, body: object): Promise<void>;
  /** Waits until the graph has passed the log and every message that is due has been sent. */
  settled(): Promise<void>;
  until(holds: () => boolean): Promise<void>;
}

/** Runs the API, the projector and the worker as separate processes that send messages through a gateway. */
async function withParts<T>(
  { dataDir, urls }: Installation,
  gateway: HttpSimulator,
  limits: { perSecond?: number },
  work: (running: Running) => Promise<T>,
): Promise<T> {
  writeFileSync(join(dataDir, 'providers.json'), JSON.stringify([settingsOf(gateway, limits)]));
  const { PATH, HOME } = process.env;
  const env = {
    // The bench measures speed, so messages do not wait for one another.
    TRUYVET_ALERT_GATHER_MINUTES: '0',
    // The same people are contacts of several cases on one day.
    TRUYVET_PHONE_DAILY: '1000',
    ...{ PATH, HOME, TRUYVET_DATA: dataDir, TRUYVET_PORT: '0' },
    // In reality, a person would approve such a superspreading case.
    ...{ TRUYVET_BRAKE_CONTACTS: '1000000', TRUYVET_BRAKE_DAILY: '1000000' },
  };
  const rules = join(dataDir, 'rules.json');
  writeLastingRules(rules);
  const adding = spawn(process.execPath, [COMMAND, 'profiles', 'add', rules, '--yes'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [added] = (await once(adding, 'exit')) as [number | null];
  if (added !== 0) throw new Error(`profiles add ended with ${String(added)}`);
  const children = ['projector', 'worker', 'api'].map((role) =>
    spawn(process.execPath, [COMMAND, role], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const graph = openGraph({ urls });
  const store = new EventStoreClient(urls.eventStoreUrl, CATALOGUE);
  try {
    const [said] = (await Promise.all(children.map((child) => untilItSays(child, /is running|listens on/)))).slice(-1);
    const url = /http:\/\/[^\s;,]+/.exec(said ?? '')?.[0];
    if (!url) throw new Error(`the API did not say where it listens: ${said}`);
    return await work({
      async import(kind, file) {
        const child = spawn(process.execPath, [COMMAND, 'import', kind, file, '--json'], {
          env,
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const [code] = (await once(child, 'exit')) as [number | null];
        if (code !== 0) throw new Error(`the import of ${kind} ended with ${String(code)}`);
      },
      async post(path, body) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
        if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      },
      async settled() {
        for (let quiet = 0; quiet < 3; await delay(100)) {
          const behind = await store.isBehind(await graph.position(), GRAPH_TYPES);
          const owed = await new Neo4jAlerts(graph.driver).alertsDue(undefined, 1);
          quiet = behind || owed.length > 0 ? 0 : quiet + 1;
        }
      },
      async until(holds) {
        for (const began = performance.now(); !holds(); await delay(2)) {
          if (performance.now() - began > LOST_AFTER) throw new Error('no message came');
        }
      },
    });
  } finally {
    await store.close();
    await graph.close();
    await Promise.all(children.map(stop));
  }
}

/** Registers people faster than an import, with the same result. */
async function registerAll(store: EventStore, dataDir: string, people: number): Promise<void> {
  const master = openMasterKey({ dataDir, masterKey: undefined });
  const sealing = new Sealing(store, master);
  const provenance = { source: 'bench' };
  await concurrently(Array(people).keys(), 200, async (i) => {
    const id = personId(i);
    const sealed = await sealing.seal(id, 'phone', toPhone(i), provenance);
    const rest = { name: null, phone: sealed, phoneIndex: master.phoneIndex(toPhone(i)), householdId: null };
    const event = { type: 'PersonRegistered' as const, data: { personId: id, language: 'vi', ...rest } };
    await store.append(streams.person(id), [{ id: idOf('bench', id), event, provenance }], 'any');
  });
}

function settingsOf({ url }: HttpSimulator, limits: { perSecond?: number }): object {
  return {
    ...{ type: 'http', name: 'gateway', url: `${url}/messages`, idempotencyHeader: 'Idempotency-Key', sender: 'CDC' },
    body: { json: { to: '{to}', text: '{text}' } },
    reference: '/data/id',
    query: { url: `${url}/messages/{id}`, reference: '/data/id' },
    ...limits,
  };
}

function phone(i: number): string {
  return `09${String(10_000_000 + i)}`;
}

function toPhone(i: number): string {
  return `+84${phone(i).slice(1)}`;
}

async function writeRows(file: string, header: string, count: number, row: (i: number) => string): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${header}\n`);
  for (let i = 0; i < count; i++) if (!out.write(`${row(i)}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
}
