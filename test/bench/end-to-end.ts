import { CATALOGUE } from '../support/catalogue.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { formatInstant } from '../../src/kernel/instant.js';
import { openGraph } from '../../src/contact-graph/index.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { cityOf, personId, placeId, type Scale } from './cities.js';
import { withServices } from './installation.js';
import { cpuSeconds, peakMegabytes } from './machine.js';
import { COMMAND, GRAPH_TYPES, stop, untilItSays } from './processes.js';

export interface EndToEndResult {
  checkIns: number;
  /** From the start of the command until the graph has passed its last event. */
  seconds: number;
  /** Until the command has ended and everything is in the log. */
  importSeconds: number;
  /** By process: microseconds of processor time per check-in, and megabytes at the peak. */
  processes: { name: string; micros: number | undefined; peak: number | undefined }[];
}

/** Imports a file of check-ins, with services, projector and import as separate processes, and waits for the graph. */
export function endToEnd(scale: Scale): Promise<EndToEndResult> {
  return withServices(['event-log', 'neo4j', 'redis'], async ({ dataDir, urls, pidOf }) => {
    const file = join(dataDir, 'check-ins.ndjson');
    const checkIns = await writeCheckIns(file, scale);
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TRUYVET_DATA: dataDir,
      TRUYVET_ALERT_GATHER_MINUTES: '0',
    };
    const projector = spawn(process.execPath, [COMMAND, 'projector'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const graph = openGraph({ urls });
    const store = new EventStoreClient(urls.eventStoreUrl, CATALOGUE);
    try {
      await untilItSays(projector, /is running/);
      const pids = { 'log node': await pidOf('event-log'), neo4j: await pidOf('neo4j'), projector: projector.pid ?? 0 };
      const before = Object.values(pids).map(cpuSeconds);
      const began = performance.now();
      const since = () => (performance.now() - began) / 1000;
      const importing = await runImport(file, env);
      const importSeconds = since();
      while (await store.isBehind(await graph.position(), GRAPH_TYPES)) await delay(20);
      const seconds = since();
      const micros = (used: number | undefined) => (used === undefined ? undefined : (used / checkIns) * 1e6);
      const processes = Object.entries(pids).map(([name, pid], i) => {
        const used = (cpuSeconds(pid) ?? NaN) - (before[i] ?? NaN);
        return { name, micros: Number.isNaN(used) ? undefined : micros(used), peak: peakMegabytes(pid) };
      });
      processes.push({ name: 'import', micros: micros(importing.cpu), peak: importing.peak });
      return { checkIns, seconds, importSeconds, processes };
    } finally {
      await store.close();
      await graph.close();
      await stop(projector);
    }
  });
}

async function writeCheckIns(file: string, scale: Scale): Promise<number> {
  const city = cityOf('crowded', scale);
  const count = Math.min(scale.checkIns, city.persons.length);
  const out = createWriteStream(file);
  for (let i = 0; i < count; i++) {
    const row = {
      person_id: personId(city.persons[i] ?? 0),
      place_id: placeId(city.placeOf[i] ?? 0),
      arrived_at: formatInstant(city.from[i] ?? 0),
      left_at: formatInstant(city.to[i] ?? 0),
    };
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return count;
}

async function runImport(file: string, env: NodeJS.ProcessEnv) {
  const args = [COMMAND, 'import', 'check-ins', file, '--json'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  let cpu: number | undefined;
  let peak: number | undefined;
  // A process that has ended can no longer be measured.
  const look = setInterval(() => {
    cpu = cpuSeconds(child.pid ?? 0) ?? cpu;
    peak = peakMegabytes(child.pid ?? 0) ?? peak;
  }, 100);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(look);
  if (code !== 0) throw new Error(`the import ended with ${String(code)}: ${said}`);
  return { cpu, peak };
}
