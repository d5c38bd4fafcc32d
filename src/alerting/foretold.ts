import type { SmsProvider } from '@truyvet/message-gateway';
import { Registry } from 'prom-client';
import { CASE_CHANGES } from '../cases/index.js';
import {
  AlertMetrics,
  Allowance,
  Dispatcher,
  HandedOverElsewhere,
  Purposes,
  Routes,
  SURELY_OVER,
  type Route,
  type TextSettings,
} from '../delivery/index.js';
import type { EventStore } from '../event-log/event-store.js';
import type { OverlayStore } from '../event-log/overlay-store.js';
import type { Sealing } from '../event-log/sealing.js';
import { concurrently } from '../kernel/concurrently.js';
import { eventSet, union } from '../kernel/event.js';
import { registrationsOf } from '../people/index.js';
import type { PlaceGraph } from '../places/index.js';
import type { Config } from '../platform/config.js';
import type { AlertGraph, AlertRow } from './alert-ports.js';
import { Brake, brakeGraph } from './apply-brake.js';
import { CaseViews } from './case-views.js';
import { AlertRequested, AlertsHeld, AlertWithdrawn } from './events.js';
import { Gathering } from './gathering.js';
import { alertIdOf } from './ids.js';
import { loadAlert, type LoadedAlert } from './loaded-alert.js';
import { OwnCases } from './own-cases.js';
import { PhoneBook } from './phone-book.js';
import { Planner } from './planner.js';
import { PURPOSES } from './purposes.js';
import { reactTo, REACTED } from './reactions.js';
import { Recipients } from './recipients.js';
import { Rules } from './rules.js';
import { Sender } from './sender.js';
import { TakeBack } from './take-back.js';
import { Texts } from './texts.js';
import type { Unreached } from './unreached.js';
import { hasNothingToSay } from './words.js';

/** What would follow for people, as ids of people; a person is listed once for each case. */
export interface Foretold {
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
  /** People who should get a message but have no phone, or one that cannot receive SMS, or reached the daily limit. */
  unreached: string[];
  /** Number of contacts of cases with unlikely numbers: they would wait for a person's approval. */
  waiting: number;
  /** Number of messages by the recipient's language; several people with one phone get one message. */
  messages: Record<string, number>;
}

/** The events that a preview is summed up from. */
const TOLD_OF = union(CASE_CHANGES, eventSet(AlertsHeld, AlertRequested, AlertWithdrawn));
/** In minutes after midnight; a preview does not look at messages that wait for a morning. */
const MORNING = 8 * 60;
const SENDS_AT_ONCE = 20;
/** Per person. */
const MOST_ALERTS = 1_000;

/** Finds the alerts to a person. */
interface KnownAlerts {
  alerts(filter: { personId: string; limit: number }): Promise<Pick<AlertRow, 'alertId'>[]>;
}

/** A log, and an overlay with what happened to cases. */
export interface Above {
  store: EventStore;
  sealing: Sealing;
  config: TextSettings &
    Pick<Config, 'now' | 'zone' | 'alertMergeHours' | 'alertGatherMinutes' | 'phoneDaily' | 'brake' | 'language'>;
  overlay: OverlayStore;
  alerts: Pick<AlertGraph, 'pace'> & KnownAlerts;
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
    // Messages that are being sent right now will have been sent by then.
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

/** All alerts of people who are no longer cases, whatever the status of the alerts. */
function alertsIn(graph: KnownAlerts): Unreached {
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
