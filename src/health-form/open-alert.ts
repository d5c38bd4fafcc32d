import { alertDecider, alertStream, speaksOf, type AlertRequested } from '../alerting/index.js';
import { profileInForce, profilesInUse } from '../cases/index.js';
import { personDecider, personStream, recordsOf, type Language } from '../people/index.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import { calendarOf } from '../platform/calendar.js';
import type { Config } from '../platform/config.js';
import { isAnswered, type AnsweredFor } from './answer.js';

/** An alert that may be answered. */
export interface OpenAlert extends Pick<AlertRequested['data'], 'alertId' | 'caseId' | 'personId'> {
  /** The other people of the phone whom its message covers, each by one record. */
  others: readonly AnsweredFor[];
  /** When its message was sent, in seconds; undefined if that was not recorded. */
  sentAt: number | undefined;
  language: Language;
  answered: boolean;
}

/** Days of follow-up if no rules of the disease are known. */
const FOLLOWED_UP = 14;

/**
 * The alert if it can be answered: until the days of follow-up after it are over, and only while it holds for its own
 * person or for another of the phone.
 * @param now seconds.
 */
export async function openAlert(
  store: EventStore,
  { authority, zone }: Pick<Config, 'authority' | 'zone'>,
  alertId: string,
  now: number,
): Promise<OpenAlert | undefined> {
  const told = await readAlert(store, alertId);
  if (!told) return undefined;
  const { request, asked, sentAt, joined } = told;
  const { caseId, personId } = request;
  const calendar = calendarOf(zone);
  const profiles = { all: await profilesInUse(store, authority), calendar };
  const days = profileInForce(profiles, request.disease, asked)?.followUpDays ?? FOLLOWED_UP;
  if (calendar.dayOf(now) > calendar.dayOf(asked) + days) return undefined;
  const others = await othersAmong(store, personId, joined);
  const person = await load(store, personDecider, personStream(personId));
  const language = person.state.registered?.language ?? 'vi';
  return { alertId, caseId, personId, others, sentAt, language, answered: await isAnswered(store, alertId) };
}

interface ToldAlert {
  request: AlertRequested['data'];
  /** When the alert was requested, in seconds. */
  asked: number;
  sentAt: number | undefined;
  /** The people whose alerts rely on it, by the records that were alerted; only for cases that its message covers. */
  joined: readonly AnsweredFor[];
}

/** Undefined if there is no such alert, or it no longer applies. */
async function readAlert(store: EventStore, alertId: string): Promise<ToldAlert | undefined> {
  let state = alertDecider.initialState;
  let asked = 0;
  let sentAt: number | undefined;
  let heldBy = '';
  for await (const event of store.read(alertStream(alertId))) {
    state = alertDecider.evolve(state, event);
    const at = Math.floor(event.recordedAt.getTime() / 1000);
    if (event.type === 'AlertRequested') asked = at;
    else if (event.type === 'AlertSent') sentAt = at;
    else if (event.type === 'WithdrawalHeld') heldBy = event.data.by;
  }
  const { request, status, withdrawal } = state;
  if (!request) return undefined;
  const cases = speaksOf(state);
  const joined = new Map([...state.joined].filter(([, { caseId }]) => cases.has(caseId)));
  // While its withdrawal is held, its message still holds for another of the people whom it covered.
  if (status === 'withdrawn' && !(withdrawal === 'held' && joined.has(heldBy))) return undefined;
  const relying: AnsweredFor[] = [];
  for (const [other, each] of joined) if (await reliesOn(store, other, alertId)) relying.push(each);
  // A contact of several of the cases answers for the one of the message first.
  relying.sort((a, b) => Number(b.caseId === request.caseId) - Number(a.caseId === request.caseId));
  return { request, asked, sentAt, joined: relying };
}

/**
 * Whether an alert that came to rely on another one still does, as far as is recorded: another message may notify its
 * person.
 */
async function reliesOn(store: EventStore, alertId: string, by: string): Promise<boolean> {
  const { state } = await load(store, alertDecider, alertStream(alertId));
  if (state.status === 'covered') return state.coveredBy === by;
  return state.status === 'unknown' || state.status === 'requested';
}

/** One record of each person besides the alert's own person. */
async function othersAmong(
  store: EventStore,
  personId: string,
  joined: readonly AnsweredFor[],
): Promise<AnsweredFor[]> {
  if (joined.length === 0) return [];
  const counted = new Set([(await recordsOf(store, personId))[0]]);
  const others: AnsweredFor[] = [];
  for (const { caseId, personId: record } of joined) {
    const [counting] = await recordsOf(store, record);
    if (counted.has(counting)) continue;
    counted.add(counting);
    others.push({ caseId, personId: record });
  }
  return others;
}
