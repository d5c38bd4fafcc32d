import { type PersonRegistered, personStream } from './events.js';
import { personDecider, type PersonState } from './person.js';
import type { EventStore } from '../event-log/event-store.js';

export type Registration = PersonRegistered['data'];

/** What one record of a person says. */
export interface Person {
  /** Everything it was registered with, oldest first; the last holds. */
  registrations: Registration[];
  /** When the last of them was noted, in milliseconds; 0 without any. */
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

/** The phones of registrations, by blind index, each once; the one in force now first. */
export function phoneIndexes(registrations: readonly Registration[]): string[] {
  const indexes = registrations.map(({ phoneIndex }) => phoneIndex).filter((index) => index !== null);
  return [...new Set(indexes.reverse())];
}

/** The phone a person can be reached by now, by its blind index. */
export function currentPhone(registrations: readonly Registration[]): string | null {
  const last = registrations.at(-1);
  return last?.phone ? last.phoneIndex : null;
}
