import type { Decider } from '../kernel/decider.js';
import type { SetAsideAccepted } from './events.js';

export interface AcceptCommand {
  type: 'Accept';
  /** Ids of events that are set aside. */
  events: readonly string[];
  by: string;
  reason: string;
}

/** Who said of which events that they stay out, and why; by the ids of the events. */
export type Accepted = ReadonlyMap<string, { by: string; reason: string }>;

/** What is said of an event once is not said again. */
export const acceptingDecider: Decider<AcceptCommand, SetAsideAccepted, Accepted> = {
  initialState: new Map(),

  decide({ events, by, reason }, accepted) {
    const fresh = [...new Set(events)].filter((id) => !accepted.has(id));
    return fresh.length === 0 ? [] : [{ type: 'SetAsideAccepted', data: { events: fresh, by, reason } }];
  },

  evolve(accepted, { data: { events, by, reason } }) {
    return new Map([...accepted, ...events.map((id) => [id, { by, reason }] as const)]);
  },
};
