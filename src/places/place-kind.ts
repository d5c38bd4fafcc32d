import type { PlaceKindRuled } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { placeKindOf } from '../contact-graph/place-facts.js';

/**
 * A tenant's rules for all places of a kind; null leaves a rule to the place, the tenant's settings or the program.
 */
export type PlaceKindRule = Omit<PlaceKindRuled['data'], 'kind'>;

export interface PlaceKindCommand {
  kind: string;
  /** The rules to change; the others stay as they are. */
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
