import type { EventOf } from '../events.js';

type PersonRegistered = EventOf<'PersonRegistered'>;

/** A person without any details except those in `says`: `registered('An', { householdId: 'blue house' })`. */
export function registered(personId: string, says: Partial<PersonRegistered['data']> = {}): PersonRegistered {
  const nothing = { name: null, phone: null, phoneIndex: null, householdId: null };
  return { type: 'PersonRegistered', data: { personId, language: 'vi', ...nothing, ...says } };
}
