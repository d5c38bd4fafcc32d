import type { PlaceKindRuled } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { placeKindOf } from '../contact-graph/place-facts.js';

/** What a tenant rules for all places of a kind; null leaves it to the place, the tenant or the program. */
export type PlaceKindRule = Omit<PlaceKindRuled['data'], 'kind'>;

export interface PlaceKindCommand {
  kind: string;
  /** What is said anew; the rest stays. */
  rule: Partial<PlaceKindRule>;
}

export type PlaceKinds = ReadonlyMap<string, PlaceKindRule>;

const NOTHING: PlaceKindRule = { stayMinutes: null, closedByNext: null, shares: null };

export const placeKindDecider: Decider<PlaceKindCommand, PlaceKindRuled, PlaceKinds> = {
  initialState: new Map(),

  decide({ kind, rule }, known) {
    const name = placeKindOf(kind);
    const before = known.get(name) ?? NOTHING;
    const after = { ...before, ...rule };
    const same =
      before.stayMinutes === after.stayMinutes &&
      before.closedByNext === after.closedByNext &&
      before.shares === after.shares;
    return same ? [] : [{ type: 'PlaceKindRuled', data: { kind: name, ...after } }];
  },

  evolve(known, { data: { kind, ...rule } }) {
    return new Map(known).set(kind, rule);
  },
};
