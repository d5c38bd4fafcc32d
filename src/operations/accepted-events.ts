import { nameOf } from '../kernel/actor.js';
import type { Decider } from '../kernel/decider.js';
import type { SetAsideAccepted } from './events.js';

export interface AcceptCommand {
  type: 'Accept';
  /** The ids of events that are set aside. */
  events: readonly string[];
  reason: string;
}

/** Who accepted that an event stays left out, and why, by the event's id. */
export type Accepted = ReadonlyMap<string, { by: string; reason: string }>;

/** An event that was accepted once is not accepted again. */
export const acceptingDecider: Decider<AcceptCommand, SetAsideAccepted, Accepted> = {
  initialState: new Map(),

  decide({ events, reason }, accepted) {
    const fresh = [...new Set(events)].filter((id) => !accepted.has(id));
    return fresh.length === 0 ? [] : [{ type: 'SetAsideAccepted', data: { events: fresh, reason } }];
  },

  evolve(accepted, { data: { events, reason } }, by) {
    const acceptance = { by: nameOf(by), reason };
    return new Map([...accepted, ...events.map((id) => [id, acceptance] as const)]);
  },
};
