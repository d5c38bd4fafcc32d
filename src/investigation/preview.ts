import { foretold, Neo4jAlerts, type Foretold } from '../alerting/index.js';
import { CASE_CHANGES, Neo4jCases, reactToResults, RESULTS } from '../cases/index.js';
import type { Graph } from '../contact-graph/index.js';
import { answeringInSteps } from '../contact-graph/standing.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import type { EventStore } from '../event-log/event-store.js';
import { OverlayStore } from '../event-log/overlay-store.js';
import type { Sealing } from '../event-log/sealing.js';
import type { EventSet } from '../kernel/event.js';
import { Neo4jPlaces } from '../places/index.js';
import type { Config } from '../platform/config.js';
import { Neo4jSamples } from '../samples/index.js';
import { Neo4jTracing, TouchedCases, traceCase } from '../tracing/index.js';
import { isIsolation, isolationsAbove } from '../../projections/isolations.js';
import { isStated, testsAbove } from '../../projections/tests.js';

/** What would follow for people, as ids of people, by the present state of the graph. */
export interface Preview extends Foretold {
  /** Whether the graph is behind the log: a later preview may find more. */
  graph_behind: boolean;
}

/** A position after every event of a log. */
const LATEST = { commit: BigInt(Number.MAX_SAFE_INTEGER), prepare: BigInt(Number.MAX_SAFE_INTEGER) };
/** Size of the cache of slots while cases are traced, in bytes. */
const SLOT_CACHE = 128 * 2 ** 20;

/** What a preview is computed from. */
export interface Asked {
  store: EventStore;
  sealing: Sealing;
  graph: Pick<Graph, 'driver' | 'position'>;
  /** The events that are projected into the graph. */
  projected: EventSet;
  config: Config;
}

/**
 * Computes what results or isolations would lead to, on a complete graph.
 * @throws GraphNotReady when the graph is emptied or rebuilt: an incomplete graph would find no contacts.
 */
export async function previewOf(asked: Asked, takeIn: (overlay: EventStore) => Promise<void>): Promise<Preview> {
  return answeringInSteps(asked.graph.driver, () => previewIn(asked, takeIn));
}

/**
 * Runs the code that also handles real rows: rows are stored, cases opened and traced, alerts planned, all of it in an
 * overlay above the log and nothing in the log itself.
 * @param takeIn stores the rows in the given overlay.
 */
async function previewIn(
  { store, sealing, graph, projected, config }: Asked,
  takeIn: (overlay: EventStore) => Promise<void>,
): Promise<Preview> {
  const passed = await graph.position();
  const position = passed ?? { commit: 0n, prepare: 0n };
  // Does not wait for the graph: the preview uses what it holds now, even nothing, whatever happened to a case since.
  const anyPosition = { position: () => Promise.resolve(LATEST) };
  const { driver } = graph;
  const { now, zone, authority } = config;
  const overlay = new OverlayStore(store, position, now);
  await takeIn(overlay);
  const taken = [...overlay.appended];
  const batch = { events: taken.filter(RESULTS.includes), position };
  const signal = new AbortController().signal;
  const ask = () => Promise.resolve();
  const asked = { graph: anyPosition, samples: new Neo4jSamples(driver, true), cases: new Neo4jCases(driver, true) };
  await reactToResults(batch, { ...asked, store: overlay, authority, zone, ask, signal });
  const cases = new Set(overlay.appended.filter(CASE_CHANGES.includes).map(({ data }) => data.caseId));
  // A negative sample may release contacts of cases that it does not change; isolation ends an infectious window.
  const touched = new TouchedCases(new Neo4jTracing(driver, true), anyPosition, ask, () => Promise.resolve(0));
  const results = taken.filter(isStated);
  const isolations = taken.filter(isIsolation);
  for (const { caseId } of await touched.after({ events: [...results, ...isolations], position })) cases.add(caseId);
  const cache = new TraceCache(SLOT_CACHE);
  const reading: Parameters<typeof traceCase>[1]['reading'] = (run) =>
    withTraceGraph(
      driver,
      cache,
      (known) => run(isolationsAbove(testsAbove(known, store, overlay, results), isolations)),
      passed,
    );
  for (const caseId of cases) await traceCase({ caseId }, { store: overlay, graph: anyPosition, reading });
  const [alerts, places] = [new Neo4jAlerts(driver, true), new Neo4jPlaces(driver, true)];
  const found = await foretold({ store, overlay, sealing, alerts, places, config });
  return { ...found, graph_behind: await store.isBehind(passed, projected.types) };
}
