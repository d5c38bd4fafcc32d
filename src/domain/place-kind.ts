import type { Decider } from './decider.js';
import type { PlaceKindRuled } from './events.js';

/** What a tenant rules for all places of a kind; null leaves it to the place, the tenant or the program. */
export type PlaceKindRule = Omit<PlaceKindRuled['data'], 'kind'>;

/** A kind as it is compared: people write it by hand, with capitals or without. */
export function placeKindOf(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

export interface PlaceKindCommand {
  kind: string;
  /** What is said anew; the rest stays. */
  rule: Partial<PlaceKindRule>;
}

export type PlaceKinds = ReadonlyMap<string, PlaceKindRule>;

const NOTHING: PlaceKindRule = { stayMinutes: null, closedByNext: null };

export const placeKindDecider: Decider<PlaceKindCommand, PlaceKindRuled, PlaceKinds> = {
  initialState: new Map(),

  decide({ kind, rule }, known) {
    const name = placeKindOf(kind);
    const before = known.get(name) ?? NOTHING;
    const after = { ...before, ...rule };
    const same = before.stayMinutes === after.stayMinutes && before.closedByNext === after.closedByNext;
    return same ? [] : [{ type: 'PlaceKindRuled', data: { kind: name, ...after } }];
  },

  evolve(known, { data: { kind, ...rule } }) {
    return new Map(known).set(kind, rule);
  },
};
