import type { PlaceEvent, PlaceRegistered } from './events.js';
import type { Decider } from '../kernel/decider.js';

export interface PlaceCommand {
  type: 'DescribePlace';
  data: PlaceRegistered['data'];
}

export type PlaceState = PlaceRegistered['data'] | null;

/** A place is registered once; different facts later correct it, and the same facts change nothing. */
export const placeDecider: Decider<PlaceCommand, PlaceEvent, PlaceState> = {
  initialState: null,

  decide({ data }, state) {
    if (state === null) return [{ type: 'PlaceRegistered', data }];
    const facts = Object.keys(data) as (keyof PlaceRegistered['data'])[];
    return facts.every((fact) => data[fact] === state[fact]) ? [] : [{ type: 'PlaceCorrected', data }];
  },

  evolve(_state, event) {
    return event.data;
  },
};
