import { DEFAULT_STAY_MINUTES, placeKindOf } from '../contact-graph/place-facts.js';
import { placeStream } from './events.js';
import { placeDecider } from './place.js';
import { type PlaceKinds } from './place-kind.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import { defineDependency } from '../requests/context.js';
import { readPlaceKinds } from './place-kinds.js';

/** Milliseconds for which rules are cached: they change a few times a year, and check-ins come by the thousand. */
const BELIEVED = 5_000;

/** Rules for open visits at a place, as known now. */
export interface StayRule {
  stayMinutes: number;
  /** Null where there is no rule: the tenant's setting applies. */
  closedByNext: boolean | null;
}

/** A cache of the rules for kinds of places, which check-ins need. */
export class KnownPlaceKinds {
  #kinds: PlaceKinds = new Map();
  #readAt = -Infinity;

  constructor(private readonly store: EventStore) {}

  /** Whether any kind of place has a rule that the next check-in elsewhere ends an open visit. */
  async anyClosedByNext(): Promise<boolean> {
    for (const { closedByNext } of (await this.#current()).values()) if (closedByNext) return true;
    return false;
  }

  /**
   * The rule for a place, with the same precedence as in the graph: the place's own value first, then that of its kind.
   */
  async ruleAt(placeId: string): Promise<StayRule> {
    const place = (await load(this.store, placeDecider, placeStream(placeId))).state;
    const rule = place ? (await this.#current()).get(placeKindOf(place.kind)) : undefined;
    return {
      stayMinutes: place?.defaultStayMinutes ?? rule?.stayMinutes ?? DEFAULT_STAY_MINUTES,
      closedByNext: rule?.closedByNext ?? null,
    };
  }

  async #current(): Promise<PlaceKinds> {
    const now = performance.now();
    if (now - this.#readAt < BELIEVED) return this.#kinds;
    this.#kinds = await readPlaceKinds(this.store);
    this.#readAt = now;
    return this.#kinds;
  }
}

/** The cached rules of one process. */
export const knownPlaceKinds = defineDependency('known place kinds', ({ store }) => new KnownPlaceKinds(store));
