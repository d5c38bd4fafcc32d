import type { DiseaseProfile } from '../domain/profile.js';
import type { Nearness, SlotContents, TraceGraph } from '../graph/ports.js';
import { Meetings } from './meetings.js';
import { Reached } from './reached.js';
import { Roles } from './roles.js';
import { Stays } from './stays.js';

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

/** Somebody whose meetings are looked for: a case, or a contact of it. */
interface Source {
  number: number;
  /** Meetings count from here */
  first: number;
  /** until here: isolation; Infinity while there is none. */
  until: number;
}

interface Found {
  number: number;
  first: number;
  seconds: number;
}

interface F1 extends Source, Found {
  meetings: { key: number | undefined; from: number; to: number }[];
}

const CASE = -1;

/**
 * Finds the contacts of a case: whoever met it inside its infectious window (F1), and whoever met one of those from
 * that one's first exposure until its isolation (F2). People meet while max(start) < min(end) at one place, or near
 * each other anywhere. Each slot is read once for each degree, whatever the number of people in it.
 */
export async function trace(graph: TraceGraph, { personId, window, rules }: TraceInput): Promise<TraceResult> {
  const person = await graph.person(personId);
  if (!person) return { window: { from: window.from, until: window.until }, f1: [], f2: [] };
  const until = window.until ?? isolatedFrom(person.isolations, window.anchorAt);
  const shown = { from: window.from, until: until === Infinity ? null : until };

  const roles = new Roles();
  roles.set(person.number, CASE);
  const source = { number: person.number, first: window.from, until };
  const met = new Map<number, F1['meetings']>();
  const firsts: Found[] = [];
  await meet(graph, [source], roles, rules, {
    stretch: (other, meeting) => {
      const known = met.get(other);
      if (known) known.push(meeting);
      else met.set(other, [meeting]);
    },
    contact: (_, number, first, seconds) => firsts.push({ number, first, seconds }),
  });
  if (firsts.length === 0) return { window: shown, f1: [], f2: [] };

  const meetingsOf = (number: number) => (met.get(number) ?? []).sort((a, b) => a.from - b.from || a.to - b.to);
  const [isolations, names] = await Promise.all([
    graph.isolations(firsts.map(({ number }) => number)),
    namesOf(
      graph,
      firsts.map(({ number }) => number),
      new Set(firsts.flatMap(({ number }) => keysOf(met.get(number) ?? []))),
    ),
  ]);
  // In the order of ids, so that of every F2 the F1s met come in that order too.
  firsts.sort((a, b) => (names.person(a.number) < names.person(b.number) ? -1 : 1));
  const sources = firsts.map((found): F1 => {
    const isolated = isolatedFrom(isolations.get(found.number) ?? [], found.first);
    return { ...found, until: isolated, meetings: meetingsOf(found.number) };
  });
  const f1 = sources.map(({ number, first, seconds, meetings }): TracedF1 => ({
    person: names.person(number),
    first,
    seconds,
    meetings: meetings.map(({ key, from, to }) => ({
      place: key === undefined ? undefined : names.place(key),
      from,
      to,
    })),
  }));
  return { window: shown, f1, f2: rules.greatestDegree < 2 ? [] : await findF2(graph, sources, f1, roles, rules) };
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

async function findF2(
  graph: TraceGraph,
  sources: readonly F1[],
  f1: readonly TracedF1[],
  roles: Roles,
  rules: TraceInput['rules'],
): Promise<TracedF2[]> {
  sources.forEach(({ number }, i) => roles.set(number, i + 1));
  const reached = new Reached();
  await meet(graph, sources, roles, rules, {
    contact: (source, number, first, seconds) => reached.add(source, number, first, seconds),
  });
  const names = await namesOf(graph, reached.numbers(), []);
  return reached.map((number, first, seconds, through) => {
    const via = new Array<string>(through.length);
    for (let i = 0; i < via.length; i++) via[i] = (f1[through[i] as number] as TracedF1).person;
    return { person: names.person(number), first, seconds, via };
  });
}

interface Visitor {
  /** Every stretch of every meeting, where it is of interest. */
  stretch?: (other: number, meeting: { key: number | undefined; from: number; to: number }) => void;
  /** Everyone that a source met for long enough, source by source. */
  contact: (source: number, other: number, first: number, seconds: number) => void;
}

/** Whom sources met that have no role yet. */
async function meet(
  graph: TraceGraph,
  sources: readonly Source[],
  roles: Roles,
  rules: TraceInput['rules'],
  { stretch, contact }: Visitor,
): Promise<void> {
  const asked = sources
    .filter(({ first, until }) => until > first)
    .map(({ number, first }) => ({ number, after: first }));
  if (asked.length === 0) return;
  const latest = sources.reduce((last, { until }) => Math.max(last, until), 0);
  const before = latest === Infinity ? null : latest;
  const [slots, nearness] = await Promise.all([
    graph.slotsOf(asked, before).then((keys) => graph.slots(keys)),
    graph.nearness(asked, before),
  ]);
  const minimum = Math.max(rules.minimumMinutes * 60, 1);
  const contents = [...slots.values()];
  const keys = [...slots.keys()];
  const stays = new Stays(sources, contents);
  const meetings = new Meetings((other) => roles.get(other) === 0);
  const add = (other: number, key: number | undefined, from: number, to: number) => {
    meetings.add(other, from, to);
    if (stretch && roles.get(other) === 0) stretch(other, { key, from, to });
  };
  sources.forEach(({ number, first, until }, i) => {
    meetings.clear();
    stays.of(i, (slot, from, to) => {
      const { persons, from: starts, to: ends, longest } = contents[slot] as SlotContents;
      for (let at = firstSince(starts, from - longest); at < starts.length; at++) {
        const began = starts[at] as number;
        if (began >= to) return;
        const ended = ends[at] as number;
        if (ended <= from) continue;
        const start = began > from ? began : from;
        const end = ended < to ? ended : to;
        if (stretch) add(persons[at] as number, keys[slot], start, end);
        else meetings.add(persons[at] as number, start, end);
      }
    });
    for (const near of nearness.get(number) ?? []) {
      if (!isNear(near, rules)) continue;
      const from = Math.max(near.from, first);
      const to = Math.min(near.to, until);
      if (from < to) add(near.other, undefined, from, to);
    }
    meetings.forEach((other, begin, seconds) => {
      if (seconds >= minimum) contact(i, other, begin, seconds);
    });
  });
}

/** Index of the first start that is not before an instant: whoever began earlier is gone. */
function firstSince(starts: Uint32Array, instant: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A nearness of unknown distance counts: phones report one only when they were close. */
function isNear(near: Nearness, { distanceMetres }: TraceInput['rules']): boolean {
  return distanceMetres === null || near.distance <= distanceMetres;
}

function keysOf(meetings: F1['meetings']): number[] {
  return meetings.flatMap(({ key }) => (key === undefined ? [] : [key]));
}

/** Turns numbers into ids. */
async function namesOf(
  graph: TraceGraph,
  people: Iterable<number>,
  keys: Iterable<number>,
): Promise<{ person(number: number): string; place(key: number): string | undefined }> {
  const [ids, places] = await Promise.all([graph.personIds([...people]), graph.placeIds([...keys])]);
  return {
    person: (number) => {
      const id = ids.get(number);
      if (id === undefined) throw new Error(`the graph knows no person of number ${number}`);
      return id;
    },
    place: (key) => places.get(key),
  };
}
