import { nameOf } from '../kernel/actor.js';
import type { Decider } from '../kernel/decider.js';
import type { SetAsideAccepted } from './events.js';

export interface AcceptCommand {
  type: 'Accept';
  /** Ids of events that are set aside. */
  events: readonly string[];
  reason: string;
}

/** Who said of which events that they stay out, and why; by the ids of the events. */
export type Accepted = ReadonlyMap<string, { by: string; reason: string }>;

/** What is said of an event once is not said again. */
export const acceptingDecider: Decider<AcceptCommand, SetAsideAccepted, Accepted> = {
  initialState: new Map(),

  decide({ events, reason }, accepted) {
    const fresh = [...new Set(events)].filter((id) => !accepted.has(id));
    return fresh.length === 0 ? [] : [{ type: 'SetAsideAccepted', data: { events: fresh, reason } }];
  },

  evolve(accepted, { data: { events, reason } }, by) {
    const said = { by: nameOf(by), reason };
    return new Map([...accepted, ...events.map((id) => [id, said] as const)]);
  },
};
