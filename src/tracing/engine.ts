import type { DiseaseProfile } from '../cases/index.js';
import { freeStretches, type Stretches } from '../people/index.js';
import type { Shared } from '../contact-graph/place-facts.js';
import type { PersonFacts, TestOf, TraceGraph } from '../contact-graph/ports.js';
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
 * however many people are in it. People and places are numbers until all of them are found.
 */
export async function trace(graph: TraceGraph, { personId, disease, window, rules }: TraceInput): Promise<TraceResult> {
  const number = await graph.person(personId);
  if (number === undefined) {
    const free = freeStretches([], window.from, window.until ?? Infinity);
    return { window: windowOf(window.from, free), degrees: [], factors: [] };
  }
  let known = await graph.people([{ number, after: window.from }], window.until, disease);
  const { tests = [], isolations = [] } = known.get(number) ?? {};
  const end = endOfWindow(window, rules, tests);
  const stated = window.untilStated && window.until !== null;
  const free = freeStretches(stated ? [] : isolations, window.from, end);
  const degrees: FoundDegree[] = [];
  const roles = new Roles();
  roles.set(number, KNOWN);
  let sources: Source[] = [sourceOf(number, free)];
  while (degrees.length < rules.greatestDegree) {
    const found = await findDegree(graph, sources, known, degrees.length + 1, roles, rules);
    degrees.push(found);
    if (found.contacts.length === 0 || degrees.length === rules.greatestDegree) break;
    // Sources are in the order of their ids, since of those who met a person the first ones are named.
    const asked = found.contacts.map((contact) => ({ number: contact.number, after: contact.first }));
    const numbers = found.contacts.map((contact) => contact.number);
    const [people, names] = await Promise.all([graph.people(asked, null, disease), graph.personIds(numbers)]);
    known = people;
    const nameOf = (contact: FoundContact) => names.get(contact.number) ?? '';
    found.contacts.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    sources = sourcesOf(known, found.contacts);
    for (const each of numbers) roles.set(each, KNOWN);
  }
  return { window: windowOf(window.from, free), ...(await named(graph, degrees, rules)) };
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

/** A contact before anything is named. */
interface FoundContact {
  number: number;
  first: number;
  last: number | null;
  seconds: number;
  /** The contacts of the previous degree who were met: from where and to where in the indices of the degree. */
  begin: number;
  end: number;
}

interface FoundDegree {
  /** Before they are the sources of a further degree they are sorted by id, so that `via` comes in that order too. */
  contacts: FoundContact[];
  /** Indices of contacts of the previous degree: each contact has a stretch of them. */
  indices: Uint32Array;
  /** Meetings with the case; only for the first degree. */
  met: Map<number, Stretch[]>;
  /** What was shared with a source. */
  common: Map<number, Common[]>;
  /** Numbers of people who share something with the case without being contacts; only for the first degree. */
  others: number[];
}

async function findDegree(
  graph: TraceGraph,
  sources: readonly Source[],
  known: ReadonlyMap<number, PersonFacts>,
  degree: number,
  roles: Roles,
  rules: TraceRules,
): Promise<FoundDegree> {
  const ofCase = degree === 1;
  const reached = new Reached((number) => roles.get(number) === NOBODY);
  const met = new Map<number, Stretch[]>();
  const common = new Map<number, Common[]>();
  await meet(graph, sources, known, reached, rules, {
    ...(ofCase && { meeting: (other, meeting) => append(met, other, meeting) }),
    shared: (other, what) => append(common, other, what),
    // Factors exist only in relation to the case itself.
    factors: ofCase,
  });
  let indices: Uint32Array = new Uint32Array();
  const contacts = reached.map((number, first, seconds, last, all, begin, end): FoundContact => {
    indices = all;
    return { number, first, last: last === UNKNOWN_END ? null : last, seconds, begin, end };
  });
  const numbers = new Set(common.size > 0 ? contacts.map(({ number }) => number) : []);
  const others = ofCase ? [...common.keys()].filter((number) => !numbers.has(number)) : [];
  return { contacts, indices, met, common, others };
}

/** Names all that was found, with all names of people, and all of places, at once. */
async function named(
  graph: TraceGraph,
  found: readonly FoundDegree[],
  rules: TraceRules,
): Promise<Pick<TraceResult, 'degrees' | 'factors'>> {
  const numbers = new Set<number>();
  const keys = new Set<number>();
  for (const { contacts, others, met, common } of found) {
    for (const { number } of contacts) {
      numbers.add(number);
      for (const { key } of met.get(number) ?? []) if (key !== undefined) keys.add(key);
    }
    for (const number of others) {
      numbers.add(number);
      for (const { key } of common.get(number) ?? []) if (key !== undefined) keys.add(key);
    }
  }
  const [people, places] = await Promise.all([graph.personIds([...numbers]), graph.placeIds([...keys])]);
  const nameOf = (number: number): string => {
    const person = people.get(number);
    if (person === undefined) throw new Error(`the graph has no person with the number ${number}`);
    return person;
  };
  const degrees: TracedContact[][] = [];
  for (const [i, { contacts, indices, met, common }] of found.entries()) {
    const through = degrees[i - 1];
    const viaOf = through && namesOf(through);
    const named = contacts.map(({ number, first, last, seconds, begin, end }): TracedContact => {
      const person = nameOf(number);
      // In a crowd, contacts of the last degree are by far the most numerous, and have neither of these.
      const meetings = met.size > 0 ? meetingsOf(met.get(number), places) : NONE;
      const shared =
        common.size > 0 ? sharedOf(common.get(number)).filter((each) => rules.sharing[each] === 'contact') : NONE;
      const via = viaOf ? viaOf(indices, begin, end) : NONE;
      return { person, degree: i + 1, first, last, seconds, meetings, via, shared };
    });
    if (named.length > 0) degrees.push(named);
  }
  const [ofCase] = found;
  const factors = (ofCase?.others ?? []).map((number): TracedFactor => {
    const had = ofCase?.common.get(number) ?? [];
    const at = had.flatMap(({ key }) => (key === undefined ? [] : [places.get(key) ?? '']));
    return {
      person: people.get(number) ?? '',
      shared: sharedOf(had),
      since: had.reduce((first, { from }) => Math.min(first, from), Infinity),
      places: [...new Set(at)].sort(),
    };
  });
  factors.sort((a, b) => (a.person < b.person ? -1 : 1));
  return { degrees, factors };
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
 * @param known what the graph knows of the contacts, by number.
 */
export function sourcesOf(
  known: ReadonlyMap<number, Pick<PersonFacts, 'isolations' | 'tests'>>,
  contacts: readonly { number: number; first: number }[],
): Source[] {
  return contacts.map(({ number, first }) => {
    const { isolations = [], tests = [] } = known.get(number) ?? {};
    const since = Math.max(first, clearedAt(tests, first));
    return sourceOf(number, freeStretches(isolations, since, Infinity));
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
