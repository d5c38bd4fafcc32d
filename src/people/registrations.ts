import { type PersonRegistered, personStream } from './events.js';
import { personDecider, type PersonState } from './person.js';
import type { EventStore } from '../event-log/event-store.js';

export type Registration = PersonRegistered['data'];

/** The registrations and the state of one record of a person. */
export interface Person {
  /** All registrations, oldest first; the last one applies. */
  registrations: Registration[];
  /** When the last registration was recorded, in milliseconds; 0 without any. */
  registeredAt: number;
  state: PersonState;
}

export async function personOf(store: EventStore, personId: string): Promise<Person> {
  const registrations: Registration[] = [];
  let registeredAt = 0;
  let state = personDecider.initialState;
  for await (const event of store.read(personStream(personId))) {
    state = personDecider.evolve(state, event);
    if (event.type !== 'PersonRegistered') continue;
    registrations.push(event.data);
    registeredAt = event.recordedAt.getTime();
  }
  return { registrations, registeredAt, state };
}

export async function registrationsOf(store: EventStore, personId: string): Promise<Registration[]> {
  return (await personOf(store, personId)).registrations;
}

/** Blind indexes of the phones of registrations, each once; the current one first. */
export function phoneIndexes(registrations: readonly Registration[]): string[] {
  const indexes = registrations.map(({ phoneIndex }) => phoneIndex).filter((index) => index !== null);
  return [...new Set(indexes.reverse())];
}

/** Blind index of the phone by which the person can be reached now; null without one. */
export function currentPhone(registrations: readonly Registration[]): string | null {
  const last = registrations.at(-1);
  return last?.phone ? last.phoneIndex : null;
}
