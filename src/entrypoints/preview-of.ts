import { Registry } from 'prom-client';
import { isSettling, loadAlert } from '../alert/alert-log.js';
import { Allowance } from '../alert/allowance.js';
import { Brake } from '../alert/brake.js';
import { CaseViews } from '../alert/case-views.js';
import { OwnCases } from '../alert/own-cases.js';
import { concurrently } from '../alert/concurrently.js';
import { Dispatcher } from '../alert/dispatcher.js';
import { Gathering } from '../alert/gathering.js';
import { AlertMetrics } from '../alert/metrics.js';
import { PhoneBook } from '../alert/phone-book.js';
import { Planner } from '../alert/planner.js';
import type { SmsProvider } from '../alert/provider.js';
import { Routes, type Route } from '../alert/routes.js';
import { Sender, type SenderParts } from '../alert/sender.js';
import { TakeBack } from '../alert/take-back.js';
import { Texts } from '../alert/texts.js';
import type { Sealing } from '../log/sealing.js';
import { Recipients } from '../alert/recipients.js';
import { registrationsOf } from '../alert/registrations.js';
import { Rules } from '../alert/rules.js';
import type { AlertRequested, CaseEvent, EventType } from '../domain/events.js';
import type { Graph } from '../graph/index.js';
import { TraceCache, withTraceGraph } from '../graph/trace-graph.js';
import type { EventStore, RecordedEvent } from '../log/event-store.js';
import { OverlayStore } from '../log/overlay-store.js';
import type { Config } from '../platform/config.js';
import { reactToResults } from '../trace/results.js';
import { traceCase } from '../trace/worker.js';

/** What would follow for people, by their ids; a person is named once for each case. */
export interface Preview {
  cases: { opened: string[]; retracted: string[]; changed: string[] };
  told: string[];
  /** They asked for less, or named an earlier day, or a message was taken back since. */
  told_again: string[];
  /** Contacts to whom what they, or their phone, were told already says enough. */
  told_already: string[];
  taken_back: string[];
  /** Found after their last day, or cases themselves: nobody tells them. */
  not_told: string[];
  /** Who should be told, and has no phone, or one that takes no SMS, or had all the messages of the day. */
  unreached: string[];
  /** Contacts of cases whose numbers are unlikely: they would wait for a person. */
  waiting: number;
  /** Messages that would go, by the language of whom they go to; several people of a phone are told with one. */
  messages: Record<string, number>;
}

/** Bytes of slots that are kept while cases are traced. */
const SLOT_CACHE = 128 * 2 ** 20;
/** After which a case is traced. */
const CHANGING: readonly EventType[] = [
  'CaseConfirmed',
  'CaseEvidenceWithdrawn',
  'InfectiousWindowChanged',
  'CaseRetracted',
];
/** Nothing that waits for a morning is looked at. */
const MORNING = 8 * 60;
const SENDS_AT_ONCE = 20;
/** Nobody's alerts are looked up by a registration: there is none. */
const NOBODY = { add: async () => {}, remove: async () => {}, alertsOf: async () => [] };

/** What is asked. */
export interface Asked {
  store: EventStore;
  sealing: Sealing;
  graph: Pick<Graph, 'driver' | 'queries'>;
  config: Config;
}

/**
 * What results would lead to, by the code by which they do: they are taken in, cases opened and traced, alerts planned, all
 * of it above the log and none of it in it.
 * @param takeIn stores the results in the log that it is given.
 */
export async function previewOf(
  { store, sealing, graph, config }: Asked,
  takeIn: (overlay: EventStore) => Promise<void>,
): Promise<Preview> {
  const position = (await graph.queries.position()) ?? { commit: 0n, prepare: 0n };
  // Nothing is waited for: what is asked is what the graph holds now, and be it nothing.
  const queries = new Proxy(graph.queries, {
    get: (target, name) => {
      if (name === 'position') return () => Promise.resolve(position);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const { now, zone, authority } = config;
  const overlay = new OverlayStore(store, position, now);
  await takeIn(overlay);
  const ask = () => Promise.resolve();
  const batch = { events: [...overlay.appended], position };
  const signal = new AbortController().signal;
  await reactToResults(batch, { store: overlay, graph: queries, authority, zone, ask, signal });
  const cases = new Set(
    overlay.appended.flatMap((event) =>
      CHANGING.includes(event.type) ? [(event as RecordedEvent<CaseEvent>).data.caseId] : [],
    ),
  );

  const views = new CaseViews(overlay);
  const rules = new Rules(overlay, { zone, now });
  const ownCases = new OwnCases(overlay, views, rules);
  const gathers = config.alertGatherMinutes > 0;
  const recipients = new Recipients(overlay, views, config.alertMergeHours, now, gathers);
  const allowance = new Allowance(overlay, { zone, now, phoneDaily: config.phoneDaily, morning: MORNING });
  const brake = new Brake(overlay, graph.queries, config.brake, now, zone);
  const common = { store: overlay, views, recipients, rules, ownCases, allowance, now };
  const planner = new Planner({ ...common, brake, unreached: NOBODY });
  const cache = new TraceCache(SLOT_CACHE);
  const reading: Parameters<typeof traceCase>[1]['reading'] = (run, past) =>
    withTraceGraph(graph.driver, cache, run, past);
  for (const caseId of cases) {
    await traceCase({ caseId }, { store: overlay, graph: queries, reading });
    await planner.plan(caseId, null);
  }
  const texts = new Texts(config);
  const sent = await sendAll(overlay, { ...common, sealing, texts, planner });
  const found = await summed(overlay, sent);
  const spoken = (language: string) => (texts.languages.includes(language) ? language : config.language);
  const messages: Record<string, number> = {};
  for (const id of sent) {
    const { request } = (await loadAlert(overlay, alertOf(id))).state;
    const { language = '' } = (await registrationsOf(store, request?.personId ?? '')).at(-1) ?? {};
    messages[spoken(language)] = (messages[spoken(language)] ?? 0) + 1;
  }
  return { ...found, messages };
}

/** Tells what is due above the log to nobody. @returns the ids of the messages. */
async function sendAll(
  overlay: OverlayStore,
  parts: Pick<
    SenderParts,
    'store' | 'views' | 'recipients' | 'rules' | 'ownCases' | 'allowance' | 'now' | 'sealing' | 'texts' | 'planner'
  >,
): Promise<Set<string>> {
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
  const dispatcher = new Dispatcher(routes);
  const common = { ...parts, dispatcher, forward, metrics: new AlertMetrics(new Registry()) };
  const takeBack = new TakeBack(common);
  const gathering = new Gathering({ ...common, phoneBook: new PhoneBook(overlay) });
  const sender = new Sender({ ...common, gathering, takeBack, unreached: NOBODY, answerLink: undefined });
  try {
    for (let at = 0; at < overlay.appended.length;) {
      const settling = overlay.appended
        .slice(at)
        .flatMap((event) => (isSettling(event) ? [{ alertId: event.data.alertId, revision: event.revision }] : []));
      at = overlay.appended.length;
      // What is due for a phone has claimed it before anything goes.
      await concurrently(settling, SENDS_AT_ONCE, ({ alertId, revision }) => sender.settle(alertId, revision));
      const now = due;
      due = new Map();
      await concurrently(now, SENDS_AT_ONCE, ([alertId, revision]) => sender.settle(alertId, revision, route));
    }
  } finally {
    routes.close();
  }
  return sent;
}

const WITHDRAWAL = /-withdrawal$/;
const alertOf = (messageId: string) => messageId.replace(WITHDRAWAL, '');

/** In the words of a preview. */
async function summed(overlay: OverlayStore, sent: ReadonlySet<string>): Promise<Omit<Preview, 'messages'>> {
  const opened = new Set<string>();
  const changed = new Set<string>();
  const retracted = new Set<string>();
  const preview: Omit<Preview, 'messages'> = {
    ...{ cases: { opened: [], retracted: [], changed: [] }, told: [], told_again: [], told_already: [] },
    ...{ taken_back: [], not_told: [], unreached: [], waiting: 0 },
  };
  const asked = new Map<string, AlertRequested['data']>();
  for (const event of overlay.appended) {
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
    }
  }
  for (const { alertId, personId, sequence } of asked.values()) {
    const { status, failure, coveredBy } = (await loadAlert(overlay, alertId)).state;
    if (status === 'failed') {
      preview[failure === 'too-late' || failure === 'is-a-case' ? 'not_told' : 'unreached'].push(personId);
    } else if (status === 'sent' || sent.has(coveredBy ?? '')) {
      preview[sequence > 0 ? 'told_again' : 'told'].push(personId);
    } else if (status === 'covered') preview.told_already.push(personId);
  }
  for (const id of sent) {
    if (!WITHDRAWAL.test(id)) continue;
    const { request, joined } = (await loadAlert(overlay, alertOf(id))).state;
    for (const each of [request, ...joined.values()]) if (each) preview.taken_back.push(each.personId);
  }
  preview.taken_back = [...new Set(preview.taken_back)];
  preview.cases = {
    opened: [...opened].filter((caseId) => !retracted.has(caseId)),
    retracted: [...retracted].filter((caseId) => !opened.has(caseId)),
    changed: [...changed].filter((caseId) => !opened.has(caseId) && !retracted.has(caseId)),
  };
  return preview;
}
