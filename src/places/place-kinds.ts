import { placeKindsStream } from './events.js';
import { placeKindDecider, type PlaceKindRule, type PlaceKinds } from './place-kind.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';

/** Rules for all places of a kind. Returns what holds of it now, and whether that is anything new. */
export async function rulePlaceKind(
  store: EventStore,
  kind: string,
  rule: Partial<PlaceKindRule>,
  provenance: Provenance,
): Promise<{ kinds: PlaceKinds; changed: boolean }> {
  const { state, appended } = await handle(store, placeKindDecider, placeKindsStream(), { kind, rule }, provenance);
  return { kinds: state, changed: appended !== undefined };
}

export async function readPlaceKinds(store: EventStore): Promise<PlaceKinds> {
  return (await load(store, placeKindDecider, placeKindsStream())).state;
}
