import { randomUUID } from 'node:crypto';
import { foretold, Neo4jAlerts, type AlertGraph } from '../alerting/index.js';
import {
  CASE_CHANGES,
  caseStream,
  ContactsTraced,
  Neo4jCases,
  profilesInUse,
  reactToResults,
  TraceCompleted,
} from '../cases/index.js';
import type { GraphPosition } from '../contact-graph/graph-position.js';
import type { Graph } from '../contact-graph/index.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import { START_OF_LOG, type EventStore, type RecordedEvent } from '../event-log/event-store.js';
import { OverlayStore } from '../event-log/overlay-store.js';
import type { Sealing } from '../event-log/sealing.js';
import { eventSet, union, type EventIn } from '../kernel/event.js';
import { formatInstant } from '../kernel/instant.js';
import { Neo4jPlaces, type PlaceGraph } from '../places/index.js';
import type { Config } from '../platform/config.js';
import { Neo4jSamples, sampleStream, TestResultReported, type TestResult } from '../samples/index.js';
import { Neo4jTracing, traceCase } from '../tracing/index.js';
import { Neo4jRehearsal, type Somebody } from './rehearsal-graph.js';

/** What a rehearsal is run on. */
export interface Stage {
  store: EventStore;
  sealing: Sealing;
  config: Config;
  /** The queries of what is rehearsed. */
  queries: Pick<Parameters<typeof reactToResults>[1], 'samples' | 'cases'> & {
    somebody: (limit: number) => Promise<Somebody[]>;
    casesDue: () => Promise<unknown>;
    alerts: Parameters<typeof foretold>[0]['alerts'] & Pick<AlertGraph, 'alertsDue'>;
    places: PlaceGraph;
  };
  reading: Parameters<typeof traceCase>[1]['reading'];
  /** Ends the rehearsal before its next step. */
  signal: AbortSignal;
}

const SOURCE = 'rehearsal';
/** People who are tried until somebody with contacts is found. */
const TRIED = 4;
/** Contacts of each degree to whom messages are written: the rest takes the same steps. */
const TOLD = 2;
/** Size of the cache of slots, in bytes. */
const SLOT_CACHE = 32 * 2 ** 20;
const OF_CASES = union(CASE_CHANGES, eventSet(ContactsTraced, TraceCompleted));
type OfCase = RecordedEvent<EventIn<typeof OF_CASES>>;

/**
 * Takes a positive result of a real person through everything that would follow: the case is opened and traced, alerts
 * are planned, messages are written and given to nobody. All of it happens above the log, so nothing is stored, queued
 * or sent. Neo4j then has planned its queries and Node has compiled the code before the first real case needs them.
 * @returns whether somebody with contacts was found.
 */
export async function rehearse(stage: Stage): Promise<boolean> {
  const { store, config, queries, signal } = stage;
  const [somebody, profiles] = await Promise.all([
    queries.somebody(TRIED),
    profilesInUse(store, config.authority),
    queries.casesDue(),
    queries.alerts.alertsDue(undefined, 1),
  ]);
  const disease = profiles[0]?.disease;
  if (disease === undefined) return false;
  for (const { personId, at } of somebody) {
    if (signal.aborted) return false;
    const taken = await trace(stage, { personId, disease, at: formatInstant(Math.round(at)) });
    if (signal.aborted) return false;
    if (taken.some((event) => event.type === 'ContactsTraced' && event.data.found.length > 0)) {
      await tell(stage, taken);
      return true;
    }
  }
  return false;
}

/** @returns what would be in the log about cases. */
async function trace(
  { store, config, queries: { samples, cases: links }, reading, signal }: Stage,
  { personId, disease, at }: { personId: string; disease: string; at: string },
): Promise<OfCase[]> {
  const { authority, zone, now } = config;
  const overlay = new OverlayStore(store, START_OF_LOG, now);
  const sampleId = randomUUID();
  const data: TestResult = {
    ...{ sampleId, personId, disease, collectedAt: at, reportedAt: at, result: 'positive', poolSize: 1 },
    ...{ onsetAt: null, infectiousFrom: null, infectiousUntil: null, rashAt: null, method: 'pcr', ct: null },
  };
  const reported = { type: TestResultReported.type, data };
  await overlay.append(
    sampleStream(sampleId),
    [{ id: randomUUID(), event: reported, provenance: { source: SOURCE, laboratory: true } }],
    'any',
  );
  const events = overlay.appended.filter(eventSet(TestResultReported).includes);
  // What the graph holds now is enough.
  const graph: GraphPosition = { position: () => Promise.resolve(START_OF_LOG) };
  const ask = () => Promise.resolve();
  const options = { store: overlay, graph, samples, cases: links, authority, zone, ask, signal };
  await reactToResults({ events, position: START_OF_LOG }, options);
  const cases = new Set(overlay.appended.filter(CASE_CHANGES.includes).map((event) => event.data.caseId));
  for (const caseId of cases) await traceCase({ caseId }, { store: overlay, graph, reading, signal });
  return overlay.appended.filter(OF_CASES.includes);
}

/** Writes messages to a few of the contacts that were found. */
async function tell({ store, sealing, config, queries }: Stage, taken: readonly OfCase[]): Promise<void> {
  const overlay = new OverlayStore(store, START_OF_LOG, config.now);
  for (const recorded of taken) {
    const { id, provenance } = recorded;
    const event = recorded.type === 'ContactsTraced' ? { ...recorded, data: shortened(recorded.data) } : recorded;
    await overlay.append(caseStream(event.data.caseId), [{ id, event, provenance }], 'any');
  }
  await foretold({ store, overlay, sealing, config, alerts: queries.alerts, places: queries.places });
}

function shortened(part: ContactsTraced['data']): ContactsTraced['data'] {
  const ofDegree = (degree: number) => part.found.filter((each) => each.degree === degree).slice(0, TOLD);
  return { ...part, found: [...ofDegree(1), ...ofDegree(2)], gone: [] };
}

/** The same on a contact graph. @param driver of a graph that is ready: a rehearsal waits for nothing. */
export function rehearseOn(driver: Graph['driver'], on: Omit<Stage, 'queries' | 'reading'>): Promise<boolean> {
  const cache = new TraceCache(SLOT_CACHE);
  const tracing = new Neo4jTracing(driver);
  const rehearsal = new Neo4jRehearsal(driver);
  return rehearse({
    ...on,
    queries: {
      somebody: (limit) => rehearsal.somebody(limit),
      casesDue: () => tracing.casesDue(),
      samples: new Neo4jSamples(driver),
      cases: new Neo4jCases(driver),
      alerts: new Neo4jAlerts(driver),
      places: new Neo4jPlaces(driver),
    },
    reading: (run) => withTraceGraph(driver, cache, run),
  });
}
