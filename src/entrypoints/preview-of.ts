import { eventSet, union } from '../kernel/event.js';
import { AlertRequested, AlertsHeld, AlertWithdrawn } from '../alerting/events.js';
import { CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted } from '../cases/events.js';
import { Registry } from 'prom-client';
import { hasNothingToSay } from '../alerting/words.js';
import { loadAlert, type LoadedAlert } from '../alerting/loaded-alert.js';
import { Allowance } from '../delivery/allowance.js';
import { Brake } from '../alerting/apply-brake.js';
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
import type { Graph } from '../contact-graph/index.js';
import type { GraphQueries } from '../contact-graph/ports.js';
import { overrideMethods } from '../contact-graph/override-methods.js';
import { answeringInSteps } from '../contact-graph/standing.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import type { EventStore } from '../event-log/event-store.js';
import { OverlayStore } from '../event-log/overlay-store.js';
import type { Config } from '../platform/config.js';
import { isIsolation, isolationsAbove } from '../../projections/isolations.js';
import { isStated, testsAbove } from '../../projections/tests.js';
import { alertIdOf } from '../kernel/ids.js';
import { reactToResults, RESULTS } from '../cases/results.js';
import { TouchedCases } from '../tracing/touched.js';
import { traceCase } from '../tracing/worker.js';
import { graphTypes } from './graph-types.js';

/** What would follow for people, by their ids; a person is named once for each case. */
export interface Preview {
  cases: { opened: string[]; retracted: string[]; changed: string[] };
  told: string[];
  /** They asked for less, or named an earlier day, or a message was taken back since. */
  told_again: string[];
  /** Contacts to whom what they, or their phone, were told already says enough. */
  told_already: string[];
  taken_back: string[];
  /** Whose message still waits, and would not go. */
  called_off: string[];
  /** Found after their last day, or cases themselves: nobody tells them. */
  not_told: string[];
  /** Who should be told, and has no phone, or one that takes no SMS, or had all the messages of the day. */
  unreached: string[];
  /** Contacts of cases whose numbers are unlikely: they would wait for a person. */
  waiting: number;
  /** Messages that would go, by the language of whom they go to; several people of a phone are told with one. */
  messages: Record<string, number>;
  /** Whether the graph has yet to take in what the log holds: it may say more in a moment. */
  graph_behind: boolean;
}

/** What follows from cases, whatever the graph held. */
export type Foretold = Omit<Preview, 'graph_behind'>;

/** Past all that a log holds. */
const LATEST = { commit: BigInt(Number.MAX_SAFE_INTEGER), prepare: BigInt(Number.MAX_SAFE_INTEGER) };
/** Bytes of slots that are kept while cases are traced. */
const SLOT_CACHE = 128 * 2 ** 20;
/** After which a case is traced. */
const CHANGING = eventSet(CaseConfirmed, CaseEvidenceWithdrawn, InfectiousWindowChanged, CaseRetracted);
/** By what the words of a preview are summed. */
const TOLD_OF = union(CHANGING, eventSet(AlertsHeld, AlertRequested, AlertWithdrawn));
/** Nothing that waits for a morning is looked at. */
const MORNING = 8 * 60;
const SENDS_AT_ONCE = 20;
/** Of one person, at most. */
const MOST_ALERTS = 1_000;

/** What is asked. */
export interface Asked {
  store: EventStore;
  sealing: Sealing;
  graph: Pick<Graph, 'driver' | 'queries'>;
  config: Config;
}

/**
 * What results or isolations would lead to, found while the graph holds what the log did when it was filled.
 * @throws GraphNotReady when the graph is being emptied or filled: nobody would be told, by what it holds.
 */
export async function previewOf(asked: Asked, takeIn: (overlay: EventStore) => Promise<void>): Promise<Preview> {
  return answeringInSteps(asked.graph.driver, () => previewIn(asked, takeIn));
}

/**
 * What they would lead to, by the code by which they do: they are taken in, cases opened and traced, alerts planned, all
 * of it above the log and none of it in it.
 * @param takeIn stores them in the log that it is given.
 */
async function previewIn(
  { store, sealing, graph, config }: Asked,
  takeIn: (overlay: EventStore) => Promise<void>,
): Promise<Preview> {
  const passed = await graph.queries.position();
  const position = passed ?? { commit: 0n, prepare: 0n };
  // Nothing is waited for: what is asked is what the graph holds now, be it nothing, and whatever happened to a case since.
  const queries = overrideMethods(graph.queries, { position: () => Promise.resolve(LATEST) });
  const { now, zone, authority } = config;
  const overlay = new OverlayStore(store, position, now);
  await takeIn(overlay);
  const taken = [...overlay.appended];
  const batch = { events: taken.filter(RESULTS.includes), position };
  const signal = new AbortController().signal;
  const ask = () => Promise.resolve();
  await reactToResults(batch, { store: overlay, graph: queries, authority, zone, ask, signal });
  const cases = new Set(overlay.appended.filter(CHANGING.includes).map(({ data }) => data.caseId));
  // A negative sample releases contacts of cases that it does not change, and isolation says until when somebody infects.
  const touched = new TouchedCases(queries, ask, () => Promise.resolve(0));
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
  for (const caseId of cases) await traceCase({ caseId }, { store: overlay, graph: queries, reading });
  const found = await foretold({ store, overlay, sealing, graph: graph.queries, config });
  return { ...found, graph_behind: await store.isBehind(passed, (await graphTypes()).events.types) };
}

/** A log, and above it what happened to cases. */
export interface Above extends Pick<Asked, 'store' | 'sealing' | 'config'> {
  overlay: OverlayStore;
  graph: Pick<GraphQueries, 'pace' | 'capacities' | 'alerts'>;
}

/** What follows for people from what stands above the log: alerts are planned, and told to nobody. */
export async function foretold({ store, overlay, sealing, graph, config }: Above): Promise<Foretold> {
  const { now, zone } = config;
  const gathers = config.alertGatherMinutes > 0;
  const views = new CaseViews(overlay);
  const rules = new Rules(overlay, { zone, now });
  const ownCases = new OwnCases(overlay, views, rules);
  const recipients = new Recipients(overlay, views, config.alertMergeHours, now, gathers);
  const allowance = new Allowance(overlay, { zone, now, phoneDaily: config.phoneDaily, morning: MORNING });
  const brake = new Brake(overlay, graph, config.brake, now, zone);
  const unreached = alertsIn(graph);
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
    // What is on its way at this moment will have gone by then.
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
      // It is being told as we ask.
      if (!(error instanceof HandedOverElsewhere)) throw error;
    }
  };
  for (let at = 0; at < overlay.appended.length;) {
    // What is due for a phone has claimed it before anything goes.
    const { plan, send, tell } = await reactTo(overlay.appended.slice(at).filter(REACTED.includes), unreached, gathers);
    at = overlay.appended.length;
    // By the trace, as it will be: the brake counts whom it would have told, and not everybody.
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

/** Of people who are no cases any more: all their alerts, whatever became of them. */
function alertsIn(graph: Pick<GraphQueries, 'alerts'>): Unreached {
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

/** In the words of a preview. */
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
    // One that still waits, or goes at this moment, tells them as one of these does.
    if (by?.told && !sent.has(coveredBy ?? '')) preview.told_already.push(personId);
    else preview[(await wasTold(store, { caseId, personId, sequence })) ? 'told_again' : 'told'].push(personId);
  }
  for (const id of sent) {
    if (!WITHDRAWAL.test(id)) continue;
    const { request, joined } = (await loadAlert(overlay, alertOf(id))).state;
    if (request) preview.taken_back.push(request.personId);
    for (const [other, { personId }] of joined) {
      // Who was told otherwise since reads nothing new in it.
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

/** Whether an alert has not gone yet, nor the one that it relies on. */
async function waits(store: EventStore, { state: { status, coveredBy } }: LoadedAlert): Promise<boolean> {
  if (status === 'requested') return true;
  return status === 'covered' && coveredBy !== null && (await loadAlert(store, coveredBy)).state.status === 'requested';
}

/** Whether somebody was told as a contact of the case before, by whichever alert. */
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
