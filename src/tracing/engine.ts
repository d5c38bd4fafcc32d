import type { DiseaseProfile } from '../cases/index.js';
import { freeStretches, type Stretches } from '../people/index.js';
import type { Shared } from '../contact-graph/place-facts.js';
import type { TestOf, TraceGraph } from '../contact-graph/ports.js';
import { meet, sharedOf, UNKNOWN_END, type Common, type MeetingRules, type Stretch } from './meet.js';
import { Reached } from './reached.js';
import { Roles } from './roles.js';
import { sourceOf, type Source } from './stays.js';

export interface TraceInput {
  personId: string;
  disease: string;
  /**
   * Seconds; `until` null leaves the end to the rules. With `untilStated`, an investigator set the end, and neither
   * samples nor isolation change it. Samples up to the anchor do not end the window.
   */
  window: { from: number; until: number | null; untilStated: boolean; anchorAt: number };
  rules: TraceRules;
}

export type TraceRules = MeetingRules &
  Pick<DiseaseProfile, 'greatestDegree'> & { infectious: Pick<DiseaseProfile['infectious'], 'end'> };

/** A stretch of a meeting, in seconds; `place` is undefined if phones measured it. */
export interface TracedMeeting {
  place: string | undefined;
  from: number;
  to: number;
  /** The meeting depends on a stay whose end was not recorded. */
  imputed: boolean;
  /** The case had left: only the air was shared. */
  lingering: boolean;
}

export interface TracedContact {
  person: string;
  /** 1 met the case, 2 met a contact of degree 1, and so on; the lowest degree that applies. */
  degree: number;
  first: number;
  /** When the last meeting ended; null while it is not known to have ended. */
  last: number | null;
  /** For degree 1, all time with the case; otherwise with the source met longest. */
  seconds: number;
  /** For degree 1, every meeting with the case, in order. */
  meetings: readonly TracedMeeting[];
  /** From degree 2 on, ids of contacts of the previous degree who were met, sorted; at most the first 100. */
  via: readonly string[];
  /** Kinds of sharing that make a contact on their own, whatever was measured. */
  shared: readonly Shared[];
}

/** Somebody who shares something with the case without being a contact of degree 1. */
export interface TracedFactor {
  person: string;
  shared: Shared[];
  since: number;
  /** Sorted. */
  places: string[];
}

export interface TraceResult {
  /** The window with clearing samples applied; `isolated` are its stretches that isolation covers. */
  window: { from: number; until: number | null; isolated: Stretches };
  /** By degree, from 1; ends with the last degree that the rules reach or in which anybody was found. */
  degrees: TracedContact[][];
  /** Sorted by id. */
  factors: TracedFactor[];
}

const NONE: readonly never[] = [];

/** Roles of people in this trace: not known, or known as the case or a contact. */
const NOBODY = 0;
const KNOWN = 1;

/**
 * Finds the contacts of a case: people who met it inside its infectious window (degree 1), people who met one of those
 * after that person's first exposure (degree 2), and so on as far as the rules go. Only the time that isolation does
 * not cover counts. People meet while max(start) < min(end) at one place, or near each other anywhere; if a disease
 * lingers in the air, also while one is there soon after the other has left. Each slot is read once for each degree,
 * however many people are in it.
 */
export async function trace(graph: TraceGraph, { personId, disease, window, rules }: TraceInput): Promise<TraceResult> {
  const person = await graph.person(personId);
  if (!person) {
    const free = freeStretches([], window.from, window.until ?? Infinity);
    return { window: windowOf(window.from, free), degrees: [], factors: [] };
  }
  const tests = await graph.tests([person.number], disease);
  const end = endOfWindow(window, rules, tests.get(person.number) ?? []);
  const stated = window.untilStated && window.until !== null;
  const free = freeStretches(stated ? [] : person.isolations, window.from, end);
  const degrees: TracedContact[][] = [];
  const roles = new Roles();
  roles.set(person.number, KNOWN);
  let sources: Source[] = [sourceOf(person.number, free)];
  let factors: TracedFactor[] = [];
  while (degrees.length < rules.greatestDegree) {
    const found = await findDegree(graph, sources, degrees, roles, rules);
    if (degrees.length === 0) factors = found.factors;
    if (found.contacts.length === 0) break;
    degrees.push(found.contacts);
    if (degrees.length === rules.greatestDegree) break;
    sources = await sourcesOf(graph, disease, found);
    found.numbers.forEach((number) => roles.set(number, KNOWN));
  }
  return { window: windowOf(window.from, free), degrees, factors };
}

function windowOf(from: number, free: Stretches): TraceResult['window'] {
  if (free.length === 0) return { from, until: from, isolated: [] };
  const until = free[free.length - 1] as number;
  const ends = free.slice(0, -1);
  const isolated = free[0] === from ? ends.slice(1) : [from, ...ends];
  return { from, until: until === Infinity ? null : until, isolated };
}

/** When the case stops being infectious under the rules; Infinity while that is not known. */
function endOfWindow(
  { until, untilStated, anchorAt }: TraceInput['window'],
  { infectious: { end } }: TraceRules,
  tests: readonly TestOf[],
): number {
  if (until !== null && untilStated) return until;
  const ended = until ?? Infinity;
  if (end.type !== 'negative') return ended;
  const clears = ({ outcome, ct }: TestOf) =>
    outcome === 'negative' || (outcome === 'positive' && end.ctAbove !== null && ct !== null && ct > end.ctAbove);
  // A sample that still shows an infection cancels clearing samples before it.
  const infectedLast = tests.reduce(
    (last, test) => (test.outcome === 'positive' && !clears(test) ? Math.max(last, test.collectedAt) : last),
    anchorAt,
  );
  const cleared = tests.filter((test) => clears(test) && test.collectedAt > infectedLast);
  return Math.min(ended, ...cleared.map(({ collectedAt }) => collectedAt));
}

interface FoundDegree {
  /** If there is a next degree, sorted by id, so that its sources, and `via`, come in that order too. */
  contacts: TracedContact[];
  numbers: number[];
  /** Only for the first degree. */
  factors: TracedFactor[];
}

async function findDegree(
  graph: TraceGraph,
  sources: readonly Source[],
  before: readonly TracedContact[][],
  roles: Roles,
  rules: TraceRules,
): Promise<FoundDegree> {
  const through = before[before.length - 1];
  const reached = new Reached((number) => roles.get(number) === NOBODY);
  const met = new Map<number, Stretch[]>();
  const common = new Map<number, Common[]>();
  await meet(graph, sources, reached, rules, {
    ...(!through && { meeting: (other, meeting) => append(met, other, meeting) }),
    shared: (other, what) => append(common, other, what),
    // Factors exist only in relation to the case itself.
    factors: !through,
  });
  const numbers = reached.map((number) => number);
  const contacts = new Set(common.size > 0 ? numbers : []);
  const others = through ? [] : [...common.keys()].filter((number) => !contacts.has(number));
  const keys = new Set<number>();
  for (const number of met.size > 0 ? numbers : []) {
    for (const { key } of met.get(number) ?? []) if (key !== undefined) keys.add(key);
  }
  for (const number of others) {
    for (const { key } of common.get(number) ?? []) if (key !== undefined) keys.add(key);
  }
  const [people, places] = await Promise.all([graph.personIds([...numbers, ...others]), graph.placeIds([...keys])]);
  const degree = before.length + 1;
  const viaOf = through && namesOf(through);
  const found = reached.map((number, first, seconds, last, indices, begin, until): TracedContact => {
    const person = people.get(number);
    if (person === undefined) throw new Error(`the graph has no person with the number ${number}`);
    // In a crowd, contacts of the last degree are by far the most numerous, and have neither of these.
    const meetings = met.size > 0 ? meetingsOf(met.get(number), places) : NONE;
    const shared =
      common.size > 0 ? sharedOf(common.get(number)).filter((each) => rules.sharing[each] === 'contact') : NONE;
    const via = viaOf ? viaOf(indices, begin, until) : NONE;
    return { person, degree, first, last: last === UNKNOWN_END ? null : last, seconds, meetings, via, shared };
  });
  const factors = others.map((number): TracedFactor => {
    const had = common.get(number) ?? [];
    const at = had.flatMap(({ key }) => (key === undefined ? [] : [places.get(key) ?? '']));
    return {
      person: people.get(number) ?? '',
      shared: sharedOf(had),
      since: had.reduce((first, { from }) => Math.min(first, from), Infinity),
      places: [...new Set(at)].sort(),
    };
  });
  factors.sort((a, b) => (a.person < b.person ? -1 : 1));
  if (degree === rules.greatestDegree) return { contacts: found, numbers, factors };
  // Contacts that are the sources of the next degree must be sorted.
  const order = numbers.map((_, i) => i);
  order.sort((a, b) => ((found[a] as TracedContact).person < (found[b] as TracedContact).person ? -1 : 1));
  const sorted = <T>(items: readonly T[]) => order.map((i) => items[i] as T);
  return { contacts: sorted(found), numbers: sorted(numbers), factors };
}

/**
 * The ids of contacts by their indices in a list, from `begin` to before `end`. Most people met only one of them: all
 * whom the same one met share an array, since a crowd has a hundred thousand of them.
 */
function namesOf(contacts: readonly TracedContact[]) {
  const names = contacts.map(({ person }) => person);
  const alone: string[][] = [];
  return (indices: Uint32Array, begin: number, end: number): readonly string[] => {
    if (end - begin === 1) return (alone[indices[begin] as number] ??= [names[indices[begin] as number] as string]);
    const several = new Array<string>(end - begin);
    for (let i = begin; i < end; i++) several[i - begin] = names[indices[i] as number] as string;
    return several;
  };
}

function meetingsOf(stretches: Stretch[] = [], places: ReadonlyMap<number, string>): TracedMeeting[] {
  return stretches
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({ key, from, to, sourceImputed, otherImputed, left }) => ({
      place: key === undefined ? undefined : places.get(key),
      from,
      to,
      imputed: sourceImputed || otherImputed,
      lingering: left !== undefined,
    }));
}

function append<T>(lists: Map<number, T[]>, of: number, item: T): void {
  const known = lists.get(of);
  if (known) known.push(item);
  else lists.set(of, [item]);
}

/**
 * Turns contacts into the sources of the next degree: their meetings count from their first exposure on, except where
 * isolation covers them. If a contact's last sample was negative, only meetings after that sample count: until then
 * they had nothing to pass on.
 */
export async function sourcesOf(
  graph: TraceGraph,
  disease: string,
  { contacts, numbers }: { contacts: readonly Pick<TracedContact, 'first'>[]; numbers: readonly number[] },
): Promise<Source[]> {
  const [isolations, tests] = await Promise.all([graph.isolations(numbers), graph.tests(numbers, disease)]);
  return numbers.map((number, i) => {
    const { first } = contacts[i] as Pick<TracedContact, 'first'>;
    const since = Math.max(first, clearedAt(tests.get(number) ?? [], first));
    return sourceOf(number, freeStretches(isolations.get(number) ?? [], since, Infinity));
  });
}

/**
 * When the last sample since the first exposure was taken, if it was negative; -Infinity otherwise. Inconclusive
 * samples are ignored.
 */
export function clearedAt(tests: readonly TestOf[], exposedAt: number): number {
  let last: TestOf | undefined;
  for (const test of tests) {
    if (test.collectedAt < exposedAt || test.outcome === 'inconclusive') continue;
    // Of two samples taken at the same moment, the positive one counts.
    if (!last || test.collectedAt > last.collectedAt) last = test;
    else if (test.collectedAt === last.collectedAt && test.outcome === 'positive') last = test;
  }
  return last?.outcome === 'negative' ? last.collectedAt : -Infinity;
}
