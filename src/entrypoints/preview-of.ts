import { eventSet, union } from '../kernel/event.js';
import { AlertRequested, AlertsHeld, AlertWithdrawn } from '../alerting/events.js';
import { CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted } from '../cases/events.js';
import { Registry } from 'prom-client';
import { hasNothingToSay } from '../alerting/words.js';
import { loadAlert, type LoadedAlert } from '../alerting/loaded-alert.js';
import { Allowance } from '../delivery/allowance.js';
import { Neo4jAlerts } from '../alerting/alert-graph.js';
import type { AlertGraph } from '../alerting/alert-ports.js';
import { Brake, brakeGraph } from '../alerting/apply-brake.js';
import { CaseViews } from '../alerting/case-views.js';
import { OwnCases } from '../alerting/own-cases.js';
import { concurrently } from '../kernel/concurrently.js';
import { PURPOSES } from '../alerting/purposes.js';
import { Dispatcher, HandedOverElsewhere, Purposes, SURELY_OVER } from '../delivery/index.js';
import { Gathering } from '../alerting/gathering.js';
import { AlertMetrics } from '../delivery/metrics.js';
import { PhoneBook } from '../alerting/phone-book.js';
import { Planner } from '../alerting/planner.js';
import type { SmsProvider } from '@truyvet/message-gateway';
import { reactTo, REACTED } from '../alerting/reactions.js';
import { Routes, type Route } from '../delivery/routes.js';
import { Sender } from '../alerting/sender.js';
import { TakeBack } from '../alerting/take-back.js';
import { Texts } from '../alerting/texts.js';
import type { Unreached } from '../alerting/unreached.js';
import type { Sealing } from '../event-log/sealing.js';
import { Recipients } from '../alerting/recipients.js';
import { registrationsOf } from '../people/registrations.js';
import { Rules } from '../alerting/rules.js';
import { Neo4jPlaces, type PlaceGraph } from '../places/place-graph.js';
import type { Graph } from '../contact-graph/index.js';
import { answeringInSteps } from '../contact-graph/standing.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import type { EventStore } from '../event-log/event-store.js';
import { OverlayStore } from '../event-log/overlay-store.js';
import type { Config } from '../platform/config.js';
import { isIsolation, isolationsAbove } from '../../projections/isolations.js';
import { isStated, testsAbove } from '../../projections/tests.js';
import { alertIdOf } from '../alerting/ids.js';
import { Neo4jCases } from '../cases/case-graph.js';
import { Neo4jSamples } from '../samples/sample-graph.js';
import { reactToResults, RESULTS } from '../cases/results.js';
import { Neo4jTracing } from '../tracing/tracing-graph.js';
import { TouchedCases } from '../tracing/touched.js';
import { traceCase } from '../tracing/worker.js';
import { graphTypes } from './graph-types.js';

/** What would follow for people, as ids of people; a person is listed once for each case. */
export interface Preview {
  cases: { opened: string[]; retracted: string[]; changed: string[] };
  told: string[];
  /** The earlier message asked for less or named an earlier day, or was withdrawn since. */
  told_again: string[];
  /** Contacts for whom an earlier message to them or their phone says enough. */
  told_already: string[];
  taken_back: string[];
  /** People whose message still waits and would not be sent. */
  called_off: string[];
  /** Contacts who are found after their last day or are cases themselves: they get no message. */
  not_told: string[];
  /** People who should get a message but have no phone, or one that takes no SMS, or reached the daily limit. */
  unreached: string[];
  /** Number of contacts of cases with unlikely numbers: they would wait for a person's approval. */
  waiting: number;
  /** Number of messages by the recipient's language; several people with one phone get one message. */
  messages: Record<string, number>;
  /** Whether the graph is behind the log: a later preview may find more. */
  graph_behind: boolean;
}

/** What follows from cases, without the state of the graph. */
export type Foretold = Omit<Preview, 'graph_behind'>;

/** A position after every event of a log. */
const LATEST = { commit: BigInt(Number.MAX_SAFE_INTEGER), prepare: BigInt(Number.MAX_SAFE_INTEGER) };
/** Size of the cache of slots while cases are traced, in bytes. */
const SLOT_CACHE = 128 * 2 ** 20;
/** The events after which a case is traced. */
const CHANGING = eventSet(CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted);
/** The events that a preview is summed up from. */
const TOLD_OF = union(CHANGING, eventSet(AlertsHeld, AlertRequested, AlertWithdrawn));
/** In minutes after midnight; a preview does not look at messages that wait for a morning. */
const MORNING = 8 * 60;
const SENDS_AT_ONCE = 20;
/** Per person. */
const MOST_ALERTS = 1_000;

/** What a preview is computed from. */
export interface Asked {
  store: EventStore;
  sealing: Sealing;
  graph: Pick<Graph, 'driver' | 'position'>;
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
  { store, sealing, graph, config }: Asked,
  takeIn: (overlay: EventStore) => Promise<void>,
): Promise<Preview> {
  const passed = await graph.position();
  const position = passed ?? { commit: 0n, prepare: 0n };
  // Does not wait for the graph: the preview uses what it holds now, even nothing, whatever happened to a case since.
  const anyPosition = { position: () => Promise.resolve(LATEST) };
  const [samples, caseGraph] = [new Neo4jSamples(graph.driver, true), new Neo4jCases(graph.driver, true)];
  const { now, zone, authority } = config;
  const overlay = new OverlayStore(store, position, now);
  await takeIn(overlay);
  const taken = [...overlay.appended];
  const batch = { events: taken.filter(RESULTS.includes), position };
  const signal = new AbortController().signal;
  const ask = () => Promise.resolve();
  await reactToResults(batch, {
    store: overlay,
    graph: anyPosition,
    samples,
    cases: caseGraph,
    authority,
    zone,
    ask,
    signal,
  });
  const cases = new Set(overlay.appended.filter(CHANGING.includes).map(({ data }) => data.caseId));
  // A negative sample may release contacts of cases that it does not change; isolation ends an infectious window.
  const touched = new TouchedCases(new Neo4jTracing(graph.driver, true), anyPosition, ask, () => Promise.resolve(0));
  const results = taken.filter(isStated);
  const isolations = taken.filter(isIsolation);
  for (const { caseId } of await touched.after({ events: [...results, ...isolations], position })) cases.add(caseId);
  const cache = new TraceCache(SLOT_CACHE);
  const reading: Parameters<typeof traceCase>[1]['reading'] = (run) =>
    withTraceGraph(
      graph.driver,
      cache,
      (known) => run(isolationsAbove(testsAbove(known, store, overlay, results), isolations)),
      passed,
    );
  for (const caseId of cases) await traceCase({ caseId }, { store: overlay, graph: anyPosition, reading });
  const alerts = new Neo4jAlerts(graph.driver, true);
  const found = await foretold({
    store,
    overlay,
    sealing,
    alerts,
    places: new Neo4jPlaces(graph.driver, true),
    config,
  });
  return { ...found, graph_behind: await store.isBehind(passed, (await graphTypes()).events.types) };
}

/** A log, and an overlay with what happened to cases. */
export interface Above extends Pick<Asked, 'store' | 'sealing' | 'config'> {
  overlay: OverlayStore;
  alerts: Pick<AlertGraph, 'pace' | 'alerts'>;
  places: PlaceGraph;
}

/** Computes what the overlay's events lead to for people: alerts are planned, and sent to nobody. */
export async function foretold({ store, overlay, sealing, alerts, places, config }: Above): Promise<Foretold> {
  const { now, zone } = config;
  const gathers = config.alertGatherMinutes > 0;
  const views = new CaseViews(overlay);
  const rules = new Rules(overlay, { zone, now });
  const ownCases = new OwnCases(overlay, views, rules);
  const recipients = new Recipients(overlay, views, config.alertMergeHours, now, gathers);
  const allowance = new Allowance(overlay, { zone, now, phoneDaily: config.phoneDaily, morning: MORNING });
  const brake = new Brake(overlay, brakeGraph(alerts, places), config.brake, now, zone);
  const unreached = alertsIn(alerts);
  const texts = new Texts(config);
  const sent = new Set<string>();
  const provider: SmsProvider = {
    name: 'nobody',
    knows: { repeats: true, fates: true },
    send: async ({ id }) => {
      sent.add(id);
      return { reference: id };
    },
    wasSent: async (id) => (sent.has(id) ? { reference: id } : undefined),
    close: async () => {},
  };
  const route: Route = { name: 'nobody', provider, perSecond: null, whenUncertain: 'at-most-once', file: false };
  const routes = new Routes([route]);
  let due = new Map<string, number>();
  const forward = async (alertId: string, revision: number) => void due.set(alertId, revision);
  const common = { store: overlay, views, recipients, rules, ownCases, allowance, now };
  const parts = {
    ...{ ...common, sealing, texts, forward, metrics: new AlertMetrics(new Registry()) },
    // Messages that are being sent right now will have gone by then.
    dispatcher: new Dispatcher({
      ...{ store: overlay, routes, purposes: new Purposes(PURPOSES) },
      now: () => Date.now() + 2 * SURELY_OVER,
    }),
  };
  const planner = new Planner({ ...common, brake, unreached });
  const takeBack = new TakeBack(parts);
  const gathering = new Gathering({ ...parts, phoneBook: new PhoneBook(overlay) });
  const sender = new Sender({ ...parts, planner, gathering, takeBack, unreached, answerLink: undefined });
  const settle = async (alertId: string, revision: number | null, via?: Route) => {
    try {
      await sender.settle(alertId, revision, via);
    } catch (error) {
      // The message is being sent at this moment.
      if (!(error instanceof HandedOverElsewhere)) throw error;
    }
  };
  for (let at = 0; at < overlay.appended.length;) {
    // All alerts that are due for a phone are gathered before anything is sent.
    const { plan, send, tell } = await reactTo(overlay.appended.slice(at).filter(REACTED.includes), unreached, gathers);
    at = overlay.appended.length;
    // By trace, as in a worker: the brake then counts the people that this trace would alert, not everybody.
    for (const { data } of plan) await planner.plan(data.caseId, data.traceId);
    await concurrently(send, SENDS_AT_ONCE, ({ data }) => settle(data.alertId, data.revision));
    for (const { data } of tell) due.set(data.alertId, data.revision ?? 0);
    if (at < overlay.appended.length) continue;
    const dueNow = due;
    due = new Map();
    await concurrently(dueNow, SENDS_AT_ONCE, ([alertId, revision]) => settle(alertId, revision, route));
  }
  const found = await summed(store, overlay, sent);
  const spoken = (language: string) => (texts.languages.includes(language) ? language : config.language);
  const messages: Record<string, number> = {};
  for (const id of sent) {
    const { request } = (await loadAlert(overlay, alertOf(id))).state;
    const { language = '' } = (await registrationsOf(store, request?.personId ?? '')).at(-1) ?? {};
    messages[spoken(language)] = (messages[spoken(language)] ?? 0) + 1;
  }
  return { ...found, messages };
}

/** All alerts of people who are no longer cases, whatever became of the alerts. */
function alertsIn(graph: Pick<AlertGraph, 'alerts'>): Unreached {
  const noted = new Map<string, Set<string>>();
  return {
    add: async (personId, alertId) => void noted.set(personId, (noted.get(personId) ?? new Set()).add(alertId)),
    remove: async (personId, alertId) => void noted.get(personId)?.delete(alertId),
    alertsOf: async (personIds) => {
      const known = await Promise.all(personIds.map((personId) => graph.alerts({ personId, limit: MOST_ALERTS })));
      const above = personIds.flatMap((personId) => [...(noted.get(personId) ?? [])]);
      return [...new Set([...known.flat().map(({ alertId }) => alertId), ...above])];
    },
  };
}

const WITHDRAWAL = /-withdrawal$/;
const alertOf = (messageId: string) => messageId.replace(WITHDRAWAL, '');

/** Sums up the overlay's events as a preview. */
async function summed(
  store: EventStore,
  overlay: OverlayStore,
  sent: ReadonlySet<string>,
): Promise<Omit<Foretold, 'messages'>> {
  const opened = new Set<string>();
  const changed = new Set<string>();
  const retracted = new Set<string>();
  const preview: Omit<Foretold, 'messages'> = {
    ...{ cases: { opened: [], retracted: [], changed: [] }, told: [], told_again: [], told_already: [] },
    ...{ taken_back: [], called_off: [], not_told: [], unreached: [], waiting: 0 },
  };
  const asked = new Map<string, AlertRequested['data']>();
  const withdrawn = new Set<string>();
  for (const event of overlay.appended.filter(TOLD_OF.includes)) {
    if (event.type === 'CaseConfirmed') {
      (event.revision === 0 ? opened : changed).add(event.data.caseId);
      retracted.delete(event.data.caseId);
    } else if (event.type === 'InfectiousWindowChanged' || event.type === 'CaseEvidenceWithdrawn') {
      changed.add(event.data.caseId);
    } else if (event.type === 'CaseRetracted') retracted.add(event.data.caseId);
    else if (event.type === 'AlertsHeld') preview.waiting += event.data.contacts;
    else if (event.type === 'AlertRequested') {
      const { personId, caseId } = event.data;
      asked.set(JSON.stringify([caseId, personId]), event.data);
    } else if (event.type === 'AlertWithdrawn') withdrawn.add(event.data.alertId);
  }
  for (const { alertId, personId, caseId, sequence } of asked.values()) {
    const { status, failure, coveredBy } = (await loadAlert(overlay, alertId)).state;
    if (status === 'failed') {
      preview[hasNothingToSay(failure) ? 'not_told' : 'unreached'].push(personId);
      continue;
    }
    if (status === 'withdrawn' || status === 'unknown') continue;
    const by = coveredBy === null ? undefined : (await loadAlert(overlay, coveredBy)).state;
    // A covering alert that still waits, or is sent in this preview, informs them now and did not do so before.
    if (by?.told && !sent.has(coveredBy ?? '')) preview.told_already.push(personId);
    else preview[(await wasTold(store, { caseId, personId, sequence })) ? 'told_again' : 'told'].push(personId);
  }
  for (const id of sent) {
    if (!WITHDRAWAL.test(id)) continue;
    const { request, joined } = (await loadAlert(overlay, alertOf(id))).state;
    if (request) preview.taken_back.push(request.personId);
    for (const [other, { personId }] of joined) {
      // It says nothing new to somebody who got another message since.
      if ((await loadAlert(overlay, other)).state.coveredBy === alertOf(id)) preview.taken_back.push(personId);
    }
  }
  for (const alertId of withdrawn) {
    const { request } = (await loadAlert(overlay, alertId)).state;
    if (!request || asked.has(JSON.stringify([request.caseId, request.personId]))) continue;
    if (await waits(store, await loadAlert(store, alertId))) preview.called_off.push(request.personId);
  }
  preview.taken_back = [...new Set(preview.taken_back)];
  preview.cases = {
    opened: [...opened].filter((caseId) => !retracted.has(caseId)),
    retracted: [...retracted].filter((caseId) => !opened.has(caseId)),
    changed: [...changed].filter((caseId) => !opened.has(caseId) && !retracted.has(caseId)),
  };
  return preview;
}

/** Whether neither an alert nor the one that covers it was sent yet. */
async function waits(store: EventStore, { state: { status, coveredBy } }: LoadedAlert): Promise<boolean> {
  if (status === 'requested') return true;
  return status === 'covered' && coveredBy !== null && (await loadAlert(store, coveredBy)).state.status === 'requested';
}

/** Whether an earlier alert of any kind informed this person as a contact of the case. */
async function wasTold(
  store: EventStore,
  { caseId, personId, sequence }: Pick<AlertRequested['data'], 'caseId' | 'personId' | 'sequence'>,
): Promise<boolean> {
  for (let before = 0; before < sequence; before++) {
    const { state } = await loadAlert(store, alertIdOf(caseId, personId, before));
    const by = state.coveredBy === null ? state : (await loadAlert(store, state.coveredBy)).state;
    if (by.told) return true;
  }
  return false;
}
