import type { DiseaseProfile } from '../domain/profile.js';
import type { Nearness, SlotContents, TraceGraph } from '../graph/ports.js';
import { Meetings } from './meetings.js';
import { Roles } from './roles.js';

export interface TraceInput {
  personId: string;
  /** Seconds; `until` null is until isolation. */
  window: { from: number; until: number | null; anchorAt: number };
  rules: Pick<DiseaseProfile, 'minimumMinutes' | 'distanceMetres' | 'greatestDegree'>;
}

/** A stretch of a meeting; `place` is undefined for one measured by phones. Seconds. */
export interface TracedMeeting {
  place: string | undefined;
  from: number;
  to: number;
}

export interface TracedF1 {
  person: string;
  first: number;
  seconds: number;
  meetings: TracedMeeting[];
}

export interface TracedF2 {
  person: string;
  first: number;
  /** With the F1 met longest. */
  seconds: number;
  /** Ids of the F1s met, sorted. */
  via: string[];
}

export interface TraceResult {
  /** The window in force, isolation applied. */
  window: { from: number; until: number | null };
  f1: TracedF1[];
  f2: TracedF2[];
}

interface F1 {
  number: number;
  first: number;
  seconds: number;
  /** From when on this F1 met nobody: isolation; Infinity while there is none. */
  until: number;
  meetings: { key: number | undefined; from: number; to: number }[];
}

const CASE = -1;

/**
 * Finds the contacts of a case: whoever met it inside its infectious window (F1), and whoever met one of those from
 * that one's first exposure until its isolation (F2). People meet while max(start) < min(end) at one place, or near
 * each other anywhere. Each slot is read once, whatever the number of people in it.
 */
export async function trace(graph: TraceGraph, { personId, window, rules }: TraceInput): Promise<TraceResult> {
  const person = await graph.person(personId);
  if (!person) return { window: { from: window.from, until: window.until }, f1: [], f2: [] };
  const until = window.until ?? isolatedFrom(person.isolations, window.anchorAt);
  const shown = { from: window.from, until: until === Infinity ? null : until };
  const minimum = Math.max(rules.minimumMinutes * 60, Number.MIN_VALUE);

  const found = await findF1(graph, person.number, window.from, until, rules, minimum);
  if (found.length === 0) return { window: shown, f1: [], f2: [] };
  const isolations = await graph.isolations(found.map((f1) => f1.number));
  for (const f1 of found) f1.until = isolatedFrom(isolations.get(f1.number) ?? [], f1.first);
  const meetings = rules.greatestDegree < 2 ? new Meetings() : await meetF2(graph, person.number, found, rules);

  const via = new Map<number, { first: number; seconds: number; via: number[] }>();
  meetings.forEach((f1, other, begin, seconds) => {
    if (seconds < minimum) return;
    const known = via.get(other);
    if (!known) {
      via.set(other, { first: begin, seconds, via: [f1] });
      return;
    }
    known.first = Math.min(known.first, begin);
    known.seconds = Math.max(known.seconds, seconds);
    known.via.push(f1);
  });
  return { window: shown, ...(await named(graph, found, via)) };
}

/**
 * When isolation began that still held after an instant; Infinity when none did. One that had ended by then hid nobody
 * from the meetings that followed.
 */
export function isolatedFrom(isolations: readonly number[], after: number): number {
  let earliest = Infinity;
  for (let i = 0; i + 1 < isolations.length; i += 2) {
    const start = isolations[i] as number;
    const end = isolations[i + 1] as number;
    if (end === 0 || end > after) earliest = Math.min(earliest, start);
  }
  return earliest;
}

async function findF1(
  graph: TraceGraph,
  person: number,
  from: number,
  until: number,
  rules: TraceInput['rules'],
  minimum: number,
): Promise<F1[]> {
  if (until <= from) return [];
  const before = until === Infinity ? null : until;
  const asked = [{ number: person, after: from }];
  const [slots, nearness] = await Promise.all([
    graph.slotsOf(asked, before).then((keys) => graph.slots(keys)),
    graph.nearness(asked, before),
  ]);
  const met = new Map<number, F1['meetings']>();
  const times = new Meetings();
  const meet = (other: number, key: number | undefined, start: number, end: number) => {
    const meeting = { key, from: start, to: end };
    const known = met.get(other);
    if (known) known.push(meeting);
    else met.set(other, [meeting]);
    times.add(0, other, start, end);
  };
  for (const [key, slot] of slots) {
    for (let i = 0; i < slot.persons.length; i++) {
      if (slot.persons[i] !== person) continue;
      const start = Math.max(slot.from[i] as number, from);
      const end = Math.min(slot.to[i] as number, until);
      if (start >= end) continue;
      overlapping(slot, start, end, (other, a, b) => {
        if (other !== person) meet(other, key, a, b);
      });
    }
  }
  for (const near of nearness.get(person) ?? []) {
    if (!isNear(near, rules)) continue;
    const start = Math.max(near.from, from);
    const end = Math.min(near.to, until);
    if (start < end) meet(near.other, undefined, start, end);
  }
  const found: F1[] = [];
  times.forEach((_, other, begin, seconds) => {
    if (seconds < minimum) return;
    const meetings = (met.get(other) ?? []).sort((a, b) => a.from - b.from || a.to - b.to);
    found.push({ number: other, first: begin, seconds, until: Infinity, meetings });
  });
  return found;
}

/** Meetings of the F1s, by their index, with everyone who is neither the case nor an F1. */
async function meetF2(
  graph: TraceGraph,
  person: number,
  found: readonly F1[],
  rules: TraceInput['rules'],
): Promise<Meetings> {
  const roles = new Roles();
  roles.set(person, CASE);
  found.forEach((f1, i) => roles.set(f1.number, i + 1));
  const asked = found.filter((f1) => f1.until > f1.first).map((f1) => ({ number: f1.number, after: f1.first }));
  const [slots, nearness] = await Promise.all([
    graph.slotsOf(asked, null).then((keys) => graph.slots(keys)),
    graph.nearness(asked, null),
  ]);
  const meetings = new Meetings();
  // Day by day, a pair's meetings come nearly in order and add up without being gathered.
  const ordered = [...slots].sort(([a], [b]) => (a % 65_536) - (b % 65_536));
  for (const [, slot] of ordered) {
    const { persons } = slot;
    for (let i = 0; i < persons.length; i++) {
      const role = roles.get(persons[i] as number);
      if (role <= 0) continue;
      const f1 = found[role - 1] as F1;
      const start = Math.max(slot.from[i] as number, f1.first);
      const end = Math.min(slot.to[i] as number, f1.until);
      if (start >= end) continue;
      overlapping(slot, start, end, (other, a, b) => {
        if (roles.get(other) === 0) meetings.add(role - 1, other, a, b);
      });
    }
  }
  for (const [number, stretches] of nearness) {
    const role = roles.get(number);
    const f1 = found[role - 1];
    if (!f1) continue;
    for (const near of stretches) {
      if (roles.get(near.other) !== 0 || !isNear(near, rules)) continue;
      const start = Math.max(near.from, f1.first);
      const end = Math.min(near.to, f1.until);
      if (start < end) meetings.add(role - 1, near.other, start, end);
    }
  }
  return meetings;
}

/** Everyone in a slot during a stretch, with the part of it that they were there. */
function overlapping(
  { persons, from, to, longest }: SlotContents,
  start: number,
  end: number,
  visit: (person: number, from: number, to: number) => void,
): void {
  // Whoever began earlier than the longest stay before the stretch was gone when it began.
  let low = 0;
  let high = from.length;
  const earliest = start - longest;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((from[middle] as number) < earliest) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < from.length; i++) {
    const began = from[i] as number;
    if (began >= end) return;
    const ended = to[i] as number;
    if (ended > start) visit(persons[i] as number, began > start ? began : start, ended < end ? ended : end);
  }
}

/** A nearness of unknown distance counts: phones report one only when they were close. */
function isNear(near: Nearness, { distanceMetres }: TraceInput['rules']): boolean {
  return distanceMetres === null || near.distance <= distanceMetres;
}

/** Turns numbers into ids. */
async function named(
  graph: TraceGraph,
  found: readonly F1[],
  via: Map<number, { first: number; seconds: number; via: number[] }>,
): Promise<{ f1: TracedF1[]; f2: TracedF2[] }> {
  const keys = new Set<number>();
  for (const { meetings } of found) for (const { key } of meetings) if (key !== undefined) keys.add(key);
  const [people, places] = await Promise.all([
    graph.personIds([...found.map((f1) => f1.number), ...via.keys()]),
    graph.placeIds([...keys]),
  ]);
  const idOf = (number: number): string => {
    const id = people.get(number);
    if (id === undefined) throw new Error(`the graph knows no person of number ${number}`);
    return id;
  };
  const f1 = found.map(({ number, first, seconds, meetings }) => ({
    person: idOf(number),
    first,
    seconds,
    meetings: meetings.map(({ key, from, to }) => ({
      place: key === undefined ? undefined : places.get(key),
      from,
      to,
    })),
  }));
  const f2 = [...via].map(([number, met]) => ({
    person: idOf(number),
    first: met.first,
    seconds: met.seconds,
    via: met.via.map((i) => (f1[i] as TracedF1).person).sort(),
  }));
  f1.sort((a, b) => (a.person < b.person ? -1 : 1));
  f2.sort((a, b) => (a.person < b.person ? -1 : 1));
  return { f1, f2 };
}
