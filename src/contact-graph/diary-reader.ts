import { staysIn, STRETCHES, type DiaryStay } from './diary.js';
import type { LabelOf } from './instances.js';

/** Key and contents of a diary, as queries return them. */
export type PackedDiary = [key: number, packed: Int8Array];

/**
 * A subquery that collects the diaries of the person `p` as `PackedDiary`.
 * @param first expression of the first stretch, counted from 1970, `last` of the last one.
 */
export function diariesOf(label: LabelOf, { first, last }: { first: string; last: string }): string {
  return `COLLECT {
    MATCH (d:${label('Diary')}) WHERE d.key >= p.number * ${STRETCHES} + ${first} AND d.key <= p.number * ${STRETCHES} + ${last}
    RETURN [d.key, d.packed]
  }`;
}

/** All stays in these diaries, by visit: its parts by day, in the order of time. */
export function visitsOf(diaries: readonly PackedDiary[]): Map<number, DiaryStay[]> {
  const visits = new Map<number, DiaryStay[]>();
  for (const stay of diaries.flatMap(([key, packed]) => staysIn(key, packed))) {
    const known = visits.get(stay.visit);
    if (known) known.push(stay);
    else visits.set(stay.visit, [stay]);
  }
  for (const days of visits.values()) days.sort((a, b) => a.from - b.from);
  return visits;
}

/** A stay as several parts of it show it. */
export function joined(days: readonly DiaryStay[]): Pick<DiaryStay, 'from' | 'to' | 'open'> {
  const [first] = days;
  const last = days.at(-1);
  return { from: first?.from ?? 0, to: last?.to ?? 0, open: days.some(({ open }) => open) };
}
