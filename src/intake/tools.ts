import type { EventStore, Provenance } from '../event-log/event-store.js';
import type { MasterKey } from '../event-log/master-key.js';
import type { Sealing } from '../event-log/sealing.js';
import { Diseases } from '../cases/diseases.js';
import { KnownPlaceKinds } from '../places/describe-places.js';
import type { Complaint } from '../requests/refusal.js';
import type { Remark } from './remarks.js';

/** The log and the keys, as every process holds them. */
export interface Holdings {
  store: EventStore;
  master: MasterKey;
  sealing: Sealing;
}

/** What rows are stored with. */
export interface Tools extends Holdings {
  diseases: Diseases;
  placeKinds: KnownPlaceKinds;
}

/** @param holdings with the zone whose days are counted. */
export function toolsOf({ store, master, sealing, config }: Holdings & { config: { zone: string } }): Tools {
  const diseases = new Diseases(store, config.zone);
  return { store, master, sealing, diseases, placeKinds: new KnownPlaceKinds(store) };
}

/** What is made of check-ins beyond what they say. */
export interface Scanning {
  /** A check-in ends the person's open stay elsewhere, where the kind of that place has no rule of its own. */
  closeByNext: boolean;
  /** A second scan of a person at a place within so many minutes is the same visit; 0 makes each its own. */
  doubleScanMinutes: number;
}

/** Under whose name rows come in. */
export interface Origin {
  provenance: Provenance;
  /**
   * A key of the caller's own for one deliberate statement: a value stated before, which would count as a repeat, can
   * be stated again. It goes into the ids of presence events; a result is then compared with what holds only.
   */
  key?: string | undefined;
  /** Undefined takes check-ins for no more than they say. */
  scanning?: Scanning | undefined;
}

/**
 * What became of a row. Presence is appended without reading, so whether it was known already is not known:
 * `accepted`. Of the others, `new` says that something was appended.
 */
export type Outcome = Taken | { status: 'refused'; complaints: readonly Complaint[] };

export interface Taken {
  status: 'accepted' | 'new' | 'unchanged';
  /** Of a check-in. */
  visitId?: string;
  /**
   * Of a result that is not the laboratory's last word: said before and superseded since, reported before what holds, or
   * held for a person.
   * Left out where it is.
   */
  standing?: 'superseded' | 'reported-earlier' | 'held';
  /** What else there is to say of it. */
  remarks?: readonly Remark[];
}
