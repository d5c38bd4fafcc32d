import type { StayFacts } from './question-ports.js';

/** Two people at one place at one time; `imputed` names those whose stay has no recorded end. */
export interface Shared {
  place: string;
  from: number;
  to: number;
  imputed: string[];
}

/**
 * Finds where and when two people were together inside a window, ordered by time. Stays that only touch are not a
 * meeting.
 */
export function sharedStays(
  own: readonly StayFacts[],
  others: readonly StayFacts[],
  from = -Infinity,
  until = Infinity,
): Shared[] {
  const byPlace = grouped(others, ({ placeId }) => placeId);
  const shared: Shared[] = [];
  for (const stay of own) {
    for (const other of byPlace.get(stay.placeId) ?? []) {
      const begin = Math.max(stay.from, other.from, from);
      const end = Math.min(stay.to, other.to, until);
      if (begin >= end) continue;
      const imputed = [stay, other].filter(({ open }) => open).map(({ personId }) => personId);
      shared.push({ place: stay.placeId, from: begin, to: end, imputed });
    }
  }
  return shared.sort((a, b) => a.from - b.from || a.to - b.to);
}

/**
 * Joins meetings at one place that follow one another without a gap, because midnight divides them although nobody
 * leaves. Meetings through shared air only are joined separately.
 */
export function joined<
  T extends { place: string | null; from: number; to: number; imputed: string[]; lingering?: boolean },
>(meetings: readonly T[]): T[] {
  const whole: T[] = [];
  for (const meeting of [...meetings].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const before = whole.findLast(({ place, lingering }) => place === meeting.place && lingering === meeting.lingering);
    if (before?.to === meeting.from && meeting.place !== null) {
      before.to = meeting.to;
      before.imputed = [...new Set([...before.imputed, ...meeting.imputed])];
    } else whole.push({ ...meeting });
  }
  return whole;
}

/** Seconds covered by at least one of these stretches. */
export function secondsOf(stretches: readonly { from: number; to: number }[]): number {
  return withoutOverlaps(stretches).reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Cuts stretches so that they cover the same time without overlaps. */
export function withoutOverlaps(stretches: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const apart: { from: number; to: number }[] = [];
  let reached = -Infinity;
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    if (to <= reached) continue;
    apart.push({ from: Math.max(from, reached), to });
    reached = to;
  }
  return apart;
}

/** Groups values by key, in their order. */
export function grouped<T, K>(all: Iterable<T>, keyOf: (each: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}
