import type { PersonRegistered } from '../domain/events.js';
import type { EventStore } from '../log/event-store.js';
import { streams } from '../log/streams.js';

export type Registration = PersonRegistered['data'];

/** Everything a person was registered with, oldest first; the last holds. */
export async function registrationsOf(store: EventStore, personId: string): Promise<Registration[]> {
  const registrations: Registration[] = [];
  for await (const event of store.read(streams.person(personId))) {
    if (event.type === 'PersonRegistered') registrations.push(event.data);
  }
  return registrations;
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
