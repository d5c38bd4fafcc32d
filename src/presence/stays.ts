/** A stay at a place, as somebody's record says it; seconds. */
interface Stay {
  placeId: string;
  from: number;
  to: number;
  /** No check-out is known: the end is imputed. */
  open: boolean;
}

/** What several records of one person say of one time at a place is one stay; in the order of their starts. */
export function withoutRepeats<T extends Stay>(stays: readonly T[]): T[] {
  const whole: T[] = [];
  const lastAt = new Map<string, T>();
  for (const stay of [...stays].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const before = lastAt.get(stay.placeId);
    if (!before || stay.from >= before.to) {
      const copy = { ...stay };
      whole.push(copy);
      lastAt.set(stay.placeId, copy);
    } else if (stay.to > before.to) Object.assign(before, { to: stay.to, open: stay.open });
    // A known end counts for more than a guess of the same.
    else if (stay.to === before.to) before.open &&= stay.open;
  }
  return whole;
}
