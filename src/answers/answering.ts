import type { AlertRequested, ContactAnswered, Language, Symptom } from '../domain/events.js';
import { SECONDS_PER_DAY } from '../domain/instant.js';
import { personDecider } from '../domain/person.js';
import { profileInForce } from '../domain/profile.js';
import { WrongRevision, type EventStore } from '../log/event-store.js';
import { load } from '../log/handle.js';
import { idOf } from '../log/ids.js';
import { profilesInUse } from '../log/profiles.js';
import { streams } from '../log/streams.js';

export const SYMPTOMS: readonly Symptom[] = ['fever', 'cough', 'breathing', 'other'];

/** What a contact is asked, in this order; each is answered with yes or no. */
export const ASKED_OF_CONTACTS = [...SYMPTOMS, 'vaccinated', 'moved'] as const;
export type AskedOfContacts = (typeof ASKED_OF_CONTACTS)[number];
export type Given = Record<AskedOfContacts, boolean>;

/** An alert that may be answered. */
export interface OpenAlert extends Pick<AlertRequested['data'], 'alertId' | 'caseId' | 'personId'> {
  language: Language;
  answered: boolean;
}

/** Where no rules of the disease are known. */
const FOLLOWED_UP = 14;

/**
 * The alert, while it can be answered: until the days of follow-up are over that follow it, and not when it holds no
 * longer.
 * @param now seconds.
 */
export async function openAlert(
  store: EventStore,
  authority: string,
  alertId: string,
  now: number,
): Promise<OpenAlert | undefined> {
  let request: AlertRequested['data'] | undefined;
  let asked = 0;
  for await (const event of store.read(streams.alert(alertId))) {
    if (event.type === 'AlertWithdrawn') return undefined;
    if (event.type !== 'AlertRequested') continue;
    request = event.data;
    asked = Math.floor(event.recordedAt.getTime() / 1000);
  }
  if (!request) return undefined;
  const profile = profileInForce(await profilesInUse(store, authority), request.disease, asked);
  if (now > asked + (profile?.followUpDays ?? FOLLOWED_UP) * SECONDS_PER_DAY) return undefined;
  const { caseId, personId } = request;
  const person = await load(store, personDecider, streams.person(personId));
  const language = person.state.registered?.language ?? 'vi';
  return { alertId, caseId, personId, language, answered: await isAnswered(store, alertId) };
}

/** Stores an answer, once. @returns false when there was one already. */
export async function storeAnswer(store: EventStore, alert: OpenAlert, given: Given): Promise<boolean> {
  const { alertId, caseId, personId } = alert;
  const { vaccinated, moved } = given;
  const symptoms = SYMPTOMS.filter((symptom) => given[symptom]);
  const event: ContactAnswered = {
    type: 'ContactAnswered',
    data: { alertId, caseId, personId, symptoms, vaccinated, moved },
  };
  // The same answer sent twice, as by two taps, is one.
  const id = idOf('answer', alertId, JSON.stringify(event.data));
  try {
    await store.append(streams.answers(alertId), [{ id, event, provenance: { source: 'contact' } }], 'no-stream');
    return true;
  } catch (error) {
    if (error instanceof WrongRevision) return false;
    throw error;
  }
}

async function isAnswered(store: EventStore, alertId: string): Promise<boolean> {
  for await (const event of store.read(streams.answers(alertId))) if (event.type === 'ContactAnswered') return true;
  return false;
}
