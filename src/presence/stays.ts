/** A recorded stay at a place; seconds. */
interface Stay {
  placeId: string;
  from: number;
  to: number;
  /** The check-out is not known: the end is imputed. */
  open: boolean;
}

/** Joins overlapping stays of one person at the same place; ordered by start. */
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
    // A known end takes precedence over an imputed one at the same time.
    else if (stay.to === before.to) before.open &&= stay.open;
  }
  return whole;
}
