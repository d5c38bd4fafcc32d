import { DEFAULT_STAY_MINUTES, placeKindOf } from '../contact-graph/place-facts.js';
import { placeStream } from './events.js';
import { placeDecider } from './place.js';
import { type PlaceKinds } from './place-kind.js';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import { defineDependency } from '../requests/context.js';
import { readPlaceKinds } from './place-kinds.js';

/** Milliseconds for which rules are believed: they change a few times a year, and check-ins come by the thousand. */
const BELIEVED = 5_000;

/** What holds of open visits at a place, as far as is known now. */
export interface StayRule {
  stayMinutes: number;
  /** Null where nothing was ruled: as the tenant has it. */
  closedByNext: boolean | null;
}

/** What was ruled for kinds of places, as check-ins ask for it. */
export class KnownPlaceKinds {
  #kinds: PlaceKinds = new Map();
  #readAt = -Infinity;

  constructor(private readonly store: EventStore) {}

  /** Whether any kind of place has its open visits ended by a check-in elsewhere. */
  async anyClosedByNext(): Promise<boolean> {
    for (const { closedByNext } of (await this.#current()).values()) if (closedByNext) return true;
    return false;
  }

  /** As the graph has it: the place's own word first, then its kind's. */
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

/** Those of a process. */
export const knownPlaceKinds = defineDependency('known place kinds', ({ store }) => new KnownPlaceKinds(store));
