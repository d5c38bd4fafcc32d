/** What the kind of a place implies: how long people without a check-out stay, and what people there share. */

/** Minutes that a visit without a check-out lasts if neither the place nor its kind defines it. */
export const DEFAULT_STAY_MINUTES = 60;

/** Normalises a kind for comparison, since people write kinds by hand, with or without capitals. */
export function placeKindOf(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** What people may share, even if no meeting of theirs was recorded. */
export const SHARED = ['household', 'vehicle', 'group'] as const;
export type Shared = (typeof SHARED)[number];

/** Kinds of places, in lower case, by what people there share unless the tenant rules otherwise. */
const KINDS: Record<Shared, readonly string[]> = {
  household: ['family', 'home', 'household'],
  vehicle: [
    ...['aircraft', 'ambulance', 'boat', 'bus', 'car', 'coach', 'ferry', 'flight', 'metro', 'minibus', 'plane', 'ship'],
    ...['taxi', 'train', 'tram', 'van', 'vehicle'],
  ],
  group: ['class', 'classroom', 'factory', 'group', 'office', 'team', 'ward', 'workplace'],
};

const BY_KIND = new Map(SHARED.flatMap((shared) => KINDS[shared].map((kind) => [kind, shared] as const)));

/** What people share at a place of a normalised kind; undefined if being there together means no more than meeting. */
export function sharedByKind(kind: string): Shared | undefined {
  return BY_KIND.get(kind);
}

/** What people share at a place of a normalised kind, given the tenant's rule for that kind, if any. */
export function sharedAt(kind: string, ruled: Shared | 'nothing' | null | undefined): Shared | undefined {
  if (ruled === 'nothing') return undefined;
  return ruled ?? sharedByKind(kind);
}
