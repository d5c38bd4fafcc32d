import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { migrate } from '../../src/contact-graph/migrations.js';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { keepHeapSmall } from '../../src/platform/heap.js';
import { cityOf, eventsOf, type CityName, type Scale } from './cities.js';
import { busyMeter, cpuSeconds } from './machine.js';

/** The batch size of the projector. */
const BATCH = 20_000;
/** The clock stops while events are generated, so many at a time: few, so that they weigh little beside the writer. */
const BLOCK = 4 * BATCH;

export interface LoadResult {
  visits: number;
  seconds: number;
  /** Visits per second in the last quarter, when all caches are warm. */
  lastQuarter: number;
  /** Microseconds of processor time per visit, of this process and of Neo4j. */
  nodeMicros: number;
  neo4jMicros: number | undefined;
  /** Processor load of everything, and of these two, from 0 to 1. */
  busy: number | undefined;
  /** Megabytes that the city takes in the writer's process, which is no part of the writer. */
  cityMegabytes: number;
}

/** Writing visits must not read from the log. */
const noLog = new Proxy({} as EventStore, {
  get: (_, name) => {
    throw new Error(`the log was asked for ${String(name)}`);
  },
});

/** Writes the visits of a city into an empty graph through the projection's writer. */
export async function loadGraph(options: {
  city: CityName;
  scale: Scale;
  neo4j: GraphAddress;
  neo4jPid: number;
  /** The log from which a projector continues afterwards. */
  storeId?: string;
}): Promise<LoadResult> {
  const { neo4j, neo4jPid, storeId = 'bench' } = options;
  // As the process of the projector does.
  keepHeapSmall();
  const city = cityOf(options.city, options.scale);
  const driver = connectGraph(neo4j);
  await migrate(driver);
  const writer = await GraphWriter.open(driver, noLog, storeId, VISITS, FACT_PROJECTIONS);
  const visits = city.persons.length;
  const quarter = { visits: 0, seconds: 0 };
  let seconds = 0;
  let node = 0;
  let java = 0;
  let busy = 0;
  const meter = busyMeter();
  for (let first = 0; first < visits; first += BLOCK) {
    const events = eventsOf(city, first, Math.min(first + BLOCK, visits));
    const cpu = { node: process.cpuUsage(), java: cpuSeconds(neo4jPid) ?? NaN };
    meter();
    const began = performance.now();
    for (let i = 0; i < events.length; i += BATCH) {
      const batch = events.slice(i, i + BATCH);
      const last = batch[batch.length - 1];
      if (last) await writer.write({ events: batch, position: last.position });
    }
    await writer.settle();
    const took = (performance.now() - began) / 1000;
    seconds += took;
    busy += (meter() ?? NaN) * took;
    const used = process.cpuUsage(cpu.node);
    node += (used.user + used.system) / 1e6;
    java += (cpuSeconds(neo4jPid) ?? NaN) - cpu.java;
    if (first >= visits * 0.75 || first + BLOCK >= visits) {
      quarter.visits += events.length;
      quarter.seconds += took;
    }
  }
  await driver.close();
  return {
    visits,
    seconds,
    lastQuarter: quarter.visits / quarter.seconds,
    nodeMicros: (node / visits) * 1e6,
    neo4jMicros: Number.isNaN(java) ? undefined : (java / visits) * 1e6,
    busy: Number.isNaN(busy) ? undefined : busy / seconds,
    cityMegabytes: [city.persons, city.placeOf, city.from, city.to]
      .map(({ buffer }) => buffer.byteLength / 2 ** 20)
      .reduce((sum, each) => sum + each),
  };
}
