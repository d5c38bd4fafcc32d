import { CATALOGUE } from '../support/catalogue.js';
import { streams } from '../support/events.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { concurrently } from '../../src/kernel/concurrently.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { idOf } from '../../src/kernel/ids.js';
import { openMasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';
import { openStoreIdentity } from '../../src/event-log/store-identity.js';
import { startHttpSimulator, toPhone, withParts, type Running } from './alert-parts.js';
import { casesOf, personId, type CityName, type Scale, type TraceCase } from './cities.js';
import { withServices, type Installation } from './installation.js';
import { runStage } from './stages.js';

export interface FirstMessages {
  /** For the first case after each start, like `ms`. */
  cold: number[];
  /**
   * For each other case: milliseconds from handing the positive result to the API until the first F1's SMS is accepted.
   */
  ms: number[];
  /** Milliseconds from starting the processes until all of them said that they are ready. */
  ready: number[];
  /** Messages for the cases, and the total time that they took, tracing included. */
  messages: number;
  seconds: number;
}

type Gateway = Awaited<ReturnType<typeof startHttpSimulator>>;

/**
 * Starts everything some times, the services included, each time on the same city. After each start it reports results
 * for people of the city one after another, each when everything about the previous one has settled.
 */
export function firstMessages(city: CityName, scale: Scale, starts: number): Promise<FirstMessages> {
  return withServices(['event-log', 'neo4j', 'redis'], async (installation) => {
    const gateway = await startHttpSimulator();
    const found: FirstMessages = { cold: [], ms: [], ready: [], messages: 0, seconds: 0 };
    try {
      await fill(installation, city, scale);
      const cases = casesOf(scale);
      const each = Math.floor(cases.length / starts);
      for (let start = 0; start < starts; start++) {
        const urls = await installation.restart();
        await withParts({ ...installation, urls }, gateway, {}, async (running) => {
          found.ready.push(running.readyAfter);
          for (let i = start * each; i < (start + 1) * each; i++) {
            const began = performance.now();
            const ms = await report(running, gateway, cases[i] as TraceCase, i);
            console.error(`start ${start + 1}, case ${i - start * each + 1}: ${Math.round(ms)} ms`);
            (i === start * each ? found.cold : found.ms).push(ms);
            await running.settled();
            found.seconds += (performance.now() - began) / 1_000;
          }
        });
      }
      return { ...found, messages: gateway.accepted.length };
    } finally {
      await gateway.close();
    }
  });
}

/** @returns milliseconds until the gateway accepted the first message. */
async function report(running: Running, gateway: Gateway, { person, until }: TraceCase, i: number): Promise<number> {
  const before = gateway.accepted.length;
  const at = formatInstant(until - 4 * SECONDS_PER_DAY);
  const began = performance.now();
  await running.post('/v1/results', {
    ...{ sample_id: `sample-${i}`, person_id: personId(person), disease: 'covid-19', result: 'positive' },
    ...{ collected_at: at, reported_at: at },
  });
  await running.until(() => gateway.accepted.length > before);
  const ms = performance.now() - began;
  if (!gateway.accepted[before]?.text.includes('(F1)')) throw new Error('somebody else was told first');
  return ms;
}

async function fill({ dataDir, urls, pidOf }: Installation, city: CityName, scale: Scale): Promise<void> {
  const store = new EventStoreClient(urls.eventStoreUrl, CATALOGUE);
  const driver = connectGraph(urls.neo4j);
  try {
    const storeId = await openStoreIdentity(store);
    const load = { city, scale, neo4j: urls.neo4j, neo4jPid: await pidOf('neo4j'), storeId };
    await runStage('loadGraph', load);
    // The positions of the visits came from another log, so they are reset: this log begins before its first event,
    // and does not contain the event that the graph knows as its last one.
    await driver.executeQuery('MATCH (c:Checkpoint) SET c.commit = -1, c.prepare = -1 REMOVE c.given');
    await registerAll(store, dataDir, scale.people);
  } finally {
    await store.close();
    await driver.close();
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
