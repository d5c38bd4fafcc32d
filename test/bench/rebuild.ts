import { randomUUID } from 'node:crypto';
import { wantAgain } from '../../src/contact-graph/checkpoints.js';
import { migrate } from '../../src/contact-graph/migrations.js';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { buildBeside } from '../../src/contact-graph/building.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { concurrently } from '../../src/kernel/concurrently.js';
import { presenceStream } from '../../src/presence/index.js';
import { CATALOGUE } from '../support/catalogue.js';
import { FACT_PROJECTIONS, GRAPH_EVENTS, VISITS } from '../support/projections.js';
import { cityOf, eventsOf, type CityName, type Scale } from './cities.js';
import { cpuSeconds } from './machine.js';

export interface RebuildResult {
  visits: number;
  /** From the request until the rebuilt rows are read. */
  seconds: number;
  /** Microseconds of processor time a visit: of this process, of Neo4j and of the log's. */
  nodeMicros: number;
  neo4jMicros: number | undefined;
  logMicros: number | undefined;
}

interface Options {
  city: CityName;
  scale: Scale;
  neo4j: GraphAddress;
  neo4jPid: number;
  eventStoreUrl: string;
  logPid: number;
}

const STORE_ID = 'bench-rebuild';
const APPENDED_AT_ONCE = 500;
const BATCH = 20_000;

/** Records the visits of a city in the log, and fills the graph from there as the projector does. */
export async function fillFromLog({ city: name, scale, neo4j, eventStoreUrl }: Options): Promise<void> {
  const city = cityOf(name, scale);
  const store = new EventStoreClient(eventStoreUrl, CATALOGUE);
  const driver = connectGraph(neo4j);
  try {
    const starts = Array.from({ length: Math.ceil(city.persons.length / APPENDED_AT_ONCE) }, (_, i) => i);
    await concurrently(starts, 4, async (start) => {
      const events = eventsOf(
        city,
        start * APPENDED_AT_ONCE,
        Math.min((start + 1) * APPENDED_AT_ONCE, city.persons.length),
      );
      const stream = presenceStream(randomUUID(), '2021-06-01T08:00:00Z');
      const sent = events.map(({ id, type, data }) => ({ id, event: { type, data }, provenance: { source: 'bench' } }));
      await store.append(stream, sent as never, 'any');
    });
    await migrate(driver);
    const writer = await GraphWriter.open(driver, store, STORE_ID, VISITS, FACT_PROJECTIONS);
    const { signal } = new AbortController();
    const follow = { after: undefined, events: GRAPH_EVENTS, maxEvents: BATCH, maxWait: 40, signal };
    for await (const batch of store.follow(follow)) {
      await writer.write(batch);
      if (!(await store.isBehind(batch.position, GRAPH_EVENTS.types))) break;
    }
    await writer.settle();
  } finally {
    await driver.close();
    await store.close();
  }
}

/** Rebuilds the visits of a graph that was filled, beside the existing ones. */
export async function rebuild({
  city: name,
  scale,
  neo4j,
  neo4jPid,
  eventStoreUrl,
  logPid,
}: Options): Promise<RebuildResult> {
  const visits = cityOf(name, scale).persons.length;
  const store = new EventStoreClient(eventStoreUrl, CATALOGUE);
  const driver = connectGraph(neo4j);
  try {
    const writer = await GraphWriter.open(driver, store, STORE_ID, VISITS, FACT_PROJECTIONS);
    const done = new AbortController();
    const used = () => ({
      node: process.cpuUsage(),
      neo4j: cpuSeconds(neo4jPid) ?? NaN,
      log: cpuSeconds(logPid) ?? NaN,
    });
    const before = used();
    const began = performance.now();
    await wantAgain(driver, VISITS.name);
    const failures: unknown[] = [];
    await buildBeside({
      ...{ driver, store, writer, signal: done.signal },
      say: (line) => line.endsWith('read from now on') && done.abort(),
      onError: (error) => {
        failures.push(error);
        done.abort();
      },
    });
    if (failures.length > 0) throw failures[0];
    const seconds = (performance.now() - began) / 1000;
    const after = used();
    const node = after.node.user + after.node.system - before.node.user - before.node.system;
    const micros = (value: number) => (Number.isNaN(value) ? undefined : (value / visits) * 1e6);
    return {
      ...{ visits, seconds, nodeMicros: node / visits },
      ...{ neo4jMicros: micros(after.neo4j - before.neo4j), logMicros: micros(after.log - before.log) },
    };
  } finally {
    await driver.close();
    await store.close();
  }
}
