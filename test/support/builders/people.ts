import type { EventOf } from '../events.js';

type PersonRegistered = EventOf<'PersonRegistered'>;

/** A person of whom nothing is known but what `says` has: `registered('An', { householdId: 'blue house' })`. */
export function registered(personId: string, says: Partial<PersonRegistered['data']> = {}): PersonRegistered {
  const nothing = { name: null, phone: null, phoneIndex: null, householdId: null };
  return { type: 'PersonRegistered', data: { personId, language: 'vi', ...nothing, ...says } };
}
