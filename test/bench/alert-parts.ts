import { CATALOGUE } from '../support/catalogue.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Neo4jAlerts } from '../../src/alerting/alert-graph.js';
import { openGraph } from '../../src/contact-graph/index.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import type * as simulator from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import type { HttpSimulator } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { writeLastingRules } from '../support/lasting-rules.js';
import type { Installation } from './installation.js';
import { cpuSeconds } from './machine.js';
import { COMMAND, GRAPH_TYPES, stop, untilItSays } from './processes.js';

/** The simulator is not part of the compiled output. */
const SIMULATOR = pathToFileURL(resolve('packages/message-gateway/test/simulators/http-simulator.mjs')).href;
export const startHttpSimulator = async () => ((await import(SIMULATOR)) as typeof simulator).startHttpSimulator();

/** Milliseconds after which a message is considered lost. */
export const LOST_AFTER = 120_000;
const ROLES = ['projector', 'worker', 'api'] as const;

export interface Running {
  /** Milliseconds that the slowest of the processes took until it said that it is ready. */
  readyAfter: number;
  import(kind: string, file: string): Promise<void>;
  post(path: string, body: object): Promise<void>;
  /** Waits until the graph has passed the log and every message that is due has been sent. */
  settled(): Promise<void>;
  until(holds: () => boolean): Promise<void>;
  /** Seconds of processor time that each process has used so far, services included. */
  used(): Promise<Record<string, number>>;
}

/** Runs the API, the projector and the worker as separate processes that send messages through a gateway. */
export async function withParts<T>(
  { dataDir, urls, pidOf }: Installation,
  gateway: HttpSimulator,
  limits: { perSecond?: number },
  work: (running: Running) => Promise<T>,
): Promise<T> {
  writeFileSync(join(dataDir, 'providers.json'), JSON.stringify([settingsOf(gateway, limits)]));
  const env = environmentOf(dataDir);
  await addRules(dataDir, env);
  const began = performance.now();
  const children = ROLES.map((role) =>
    spawn(process.execPath, [COMMAND, role], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const graph = openGraph({ urls });
  const store = new EventStoreClient(urls.eventStoreUrl, CATALOGUE);
  try {
    const [said] = (await Promise.all(children.map((child) => untilItSays(child, /is running|listens on/)))).slice(-1);
    const readyAfter = performance.now() - began;
    const url = /http:\/\/[^\s;,]+/.exec(said ?? '')?.[0];
    if (!url) throw new Error(`the API did not say where it listens: ${said}`);
    return await work({
      readyAfter,
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
      async used() {
        const services = { log: await pidOf('event-log'), neo4j: await pidOf('neo4j'), redis: await pidOf('redis') };
        const own = ROLES.map((role, i) => [role, children[i]?.pid ?? 0] as const);
        const pids = [...own, ...Object.entries(services)];
        return Object.fromEntries(pids.map(([name, pid]) => [name, cpuSeconds(pid) ?? NaN]));
      },
    });
  } finally {
    await store.close();
    await graph.close();
    await Promise.all(children.map(stop));
  }
}

function environmentOf(dataDir: string): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_OPTIONS } = process.env;
  return {
    // The bench measures speed, so messages do not wait for one another.
    TRUYVET_ALERT_GATHER_MINUTES: '0',
    // The same people are contacts of several cases on one day.
    TRUYVET_PHONE_DAILY: '1000',
    ...{ PATH, HOME, NODE_OPTIONS, TRUYVET_DATA: dataDir, TRUYVET_PORT: '0' },
    // In reality, a person would approve such a superspreading case.
    ...{ TRUYVET_BRAKE_CONTACTS: '1000000', TRUYVET_BRAKE_DAILY: '1000000' },
  };
}

/** Adding rules that are there already changes nothing. */
async function addRules(dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const rules = join(dataDir, 'rules.json');
  writeLastingRules(rules);
  const adding = spawn(process.execPath, [COMMAND, 'profiles', 'add', rules, '--yes'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [added] = (await once(adding, 'exit')) as [number | null];
  if (added !== 0) throw new Error(`profiles add ended with ${String(added)}`);
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

export function phone(i: number): string {
  return `09${String(10_000_000 + i)}`;
}

export function toPhone(i: number): string {
  return `+84${phone(i).slice(1)}`;
}

export async function writeRows(
  file: string,
  header: string,
  count: number,
  row: (i: number) => string,
): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${header}\n`);
  for (let i = 0; i < count; i++) if (!out.write(`${row(i)}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
}
