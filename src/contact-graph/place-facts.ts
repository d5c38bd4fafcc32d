/** What the graph makes of a place by its kind: how long people stay who are not checked out, and what they share. */

/** Minutes that a visit without a check-out lasts where neither the place nor its kind says anything else. */
export const DEFAULT_STAY_MINUTES = 60;

/** A kind as it is compared: people write it by hand, with capitals or without. */
export function placeKindOf(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** What people may have in common without anybody having measured that they met. */
export const SHARED = ['household', 'vehicle', 'group'] as const;
export type Shared = (typeof SHARED)[number];

/** What those who are at a place together share by its kind, where the tenant rules nothing else; lower case. */
const KINDS: Record<Shared, readonly string[]> = {
  household: ['family', 'home', 'household'],
  vehicle: [
    ...['aircraft', 'ambulance', 'boat', 'bus', 'car', 'coach', 'ferry', 'flight', 'metro', 'minibus', 'plane', 'ship'],
    ...['taxi', 'train', 'tram', 'van', 'vehicle'],
  ],
  group: ['class', 'classroom', 'factory', 'group', 'office', 'team', 'ward', 'workplace'],
};

const BY_KIND = new Map(SHARED.flatMap((shared) => KINDS[shared].map((kind) => [kind, shared] as const)));

/** Of a kind as kinds are compared; undefined where being there together means nothing more than having met. */
export function sharedByKind(kind: string): Shared | undefined {
  return BY_KIND.get(kind);
}

/** What those share who are together at a place of a kind, as it is compared, under what was ruled for it. */
export function sharedAt(kind: string, ruled: Shared | 'nothing' | null | undefined): Shared | undefined {
  if (ruled === 'nothing') return undefined;
  return ruled ?? sharedByKind(kind);
}
