import { createHash } from 'node:crypto';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import type { TraceGraph } from '../../src/contact-graph/ports.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { trace, type TracedContact, type TraceResult, type TraceRules } from '../../src/tracing/engine.js';
import { casesOf, cityOf, personId, type CityName, type Scale, type TraceCase } from './cities.js';
import { MemoryGraph } from './memory-graph.js';

/** The rules of the default profile: any overlap counts, two degrees. */
const RULES: TraceRules = {
  minimumMinutes: 0,
  withinHours: null,
  distanceMetres: 2,
  lingeringMinutes: 0,
  seatRows: 2,
  sharing: { household: 'factor', vehicle: 'factor', group: 'factor' },
  greatestDegree: 2,
  infectious: { end: { type: 'isolation' } },
};
/** The size of a worker's cache. */
export const CACHE_BYTES = 512 * 2 ** 20;
/** Cases that are traced before the measurement starts; they differ from the measured ones. */
const WARM_UP = { seed: 99, cases: 8 };

export interface Timed {
  ms: number;
  /** The part of these milliseconds that was spent on turning numbers into ids. */
  namesMs: number;
  f1: number;
  f2: number;
  /** A digest of the people who were found. */
  people: string;
  /** A digest of everything that was found. */
  all: string;
}

export async function traceInMemory({ city, scale }: { city: CityName; scale: Scale }): Promise<Timed[]> {
  const graph = new MemoryGraph(cityOf(city, scale));
  for (const each of casesOf({ ...scale, cases: WARM_UP.cases }, WARM_UP.seed)) await timed(each, (run) => run(graph));
  const results: Timed[] = [];
  for (const each of casesOf(scale)) results.push(await timed(each, (run) => run(graph)));
  return results;
}

/** The same cases on the graph, each traced in three states of the cache. */
export interface OnGraph {
  /** With an empty cache: not even names are known. */
  nothing: Timed[];
  /** Names are cached, but no slot: a worker that has been working elsewhere in the city. */
  cold: Timed[];
  /** Every slot is cached, and its length is compared with the graph's. */
  warm: Timed[];
}

export async function traceOnGraph({ neo4j, scale }: { neo4j: GraphAddress; scale: Scale }): Promise<OnGraph> {
  const driver = connectGraph(neo4j);
  const withCache = (each: TraceCase, cache: TraceCache) => timed(each, (run) => withTraceGraph(driver, cache, run));
  for (const each of casesOf({ ...scale, cases: WARM_UP.cases }, WARM_UP.seed)) {
    await withCache(each, new TraceCache(CACHE_BYTES));
  }
  const results: OnGraph = { nothing: [], cold: [], warm: [] };
  for (const each of casesOf(scale)) {
    const cache = new TraceCache(CACHE_BYTES);
    results.nothing.push(await withCache(each, cache));
    // Another epoch empties the cache of slots; names stay.
    cache.slots.enter('none');
    results.cold.push(await withCache(each, cache));
    results.warm.push(await withCache(each, cache));
  }
  await driver.close();
  return results;
}

async function timed(
  { person, from, until }: TraceCase,
  reading: (run: (graph: TraceGraph) => Promise<TraceResult>) => Promise<TraceResult>,
): Promise<Timed> {
  const names = { ms: 0 };
  const input = {
    personId: personId(person),
    disease: 'covid-19',
    window: { from, until, untilStated: false, anchorAt: from },
    rules: RULES,
  };
  const began = performance.now();
  const result = await reading((graph) => trace(timingNames(graph, names), input));
  const ms = performance.now() - began;
  return {
    ms,
    namesMs: names.ms,
    f1: result.degrees[0]?.length ?? 0,
    f2: result.degrees[1]?.length ?? 0,
    ...digests(result),
  };
}

function timingNames(graph: TraceGraph, names: { ms: number }): TraceGraph {
  const clocked = async <T>(work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    // Both queries are sent at once, so the longer one counts.
    names.ms = Math.max(names.ms, performance.now() - began);
    return result;
  };
  return {
    person: (id) => graph.person(id),
    people: (persons, before, disease) => graph.people(persons, before, disease),
    movements: (persons, before) => graph.movements(persons, before),
    slots: (keys) => graph.slots(keys),
    seats: (keys) => graph.seats(keys),
    sharedIn: (keys) => graph.sharedIn(keys),
    personIds: (numbers) => clocked(graph.personIds(numbers)),
    placeIds: (keys) => clocked(graph.placeIds(keys)),
  };
}

export function digests({ degrees: [f1 = [], f2 = []] }: TraceResult): { people: string; all: string } {
  return { people: peopleDigest(f1, f2), all: digest(JSON.stringify([byPerson(f1), byPerson(f2)])) };
}

type Met = Pick<TracedContact, 'person' | 'first' | 'seconds'>;

/** Everyone who was found, with the first exposure and its length; and for each F2, through whom. */
export function peopleDigest(f1: readonly Met[], f2: readonly (Met & Pick<TracedContact, 'via'>)[]): string {
  const facts = ({ person, first, seconds }: Met) => [person, first, seconds];
  return digest(JSON.stringify([byPerson(f1).map(facts), byPerson(f2).map((each) => [...facts(each), each.via])]));
}

function byPerson<T extends { person: string }>(found: readonly T[]): T[] {
  return [...found].sort((a, b) => (a.person < b.person ? -1 : 1));
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
