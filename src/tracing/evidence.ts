import { freeStretches, type Stretches } from '../people/index.js';
import type { Shared } from '../contact-graph/place-facts.js';
import type { PersonFacts, TraceGraph } from '../contact-graph/ports.js';
import { sourcesOf } from './engine.js';
import { meet, sharedOf, type Common, type MeetingRules, type Stretch } from './meet.js';
import { Reached } from './reached.js';
import { sourceOf, type Source } from './stays.js';

export type { MeetingRules };

/** Two people who, according to a trace, met. */
export interface Pair {
  source: string;
  other: string;
  /** When the source could pass the disease on: a case in its window, a contact after its exposure. Seconds. */
  spreading: { from: number; until: number | null; isolated?: Stretches } | { exposedAt: number; disease: string };
}

/** A meeting of a pair, joined where midnight divides it; seconds. */
export interface Encounter extends Omit<Stretch, 'key'> {
  /** Undefined if phones measured it. */
  place: string | undefined;
}

export interface Evidence {
  /** When the meetings that are enough for a contact began. */
  first: number;
  /** All time met. */
  seconds: number;
  /** All meetings that count, in order; time spent together comes before shared air only. */
  meetings: Encounter[];
  /** Kinds of sharing that make a contact on their own. */
  shared: Shared[];
}

/** The meetings of two people as a trace counts them; undefined if they do not make a contact. */
export async function evidenceOf(graph: TraceGraph, pair: Pair, rules: MeetingRules): Promise<Evidence | undefined> {
  const [source, other] = await Promise.all([graph.person(pair.source), graph.person(pair.other)]);
  if (source === undefined || other === undefined) return undefined;
  const { spreading } = pair;
  const [after, before, disease] =
    'from' in spreading ? [spreading.from, spreading.until, null] : [spreading.exposedAt, null, spreading.disease];
  const known = await graph.people([{ number: source, after }], before, disease);
  const sources = spreadingFrom(known, source, spreading);
  const stretches: Stretch[] = [];
  const common: Common[] = [];
  const reached = new Reached((number) => number === other && number !== source);
  await meet(graph, sources, known, reached, rules, {
    meeting: (_, stretch) => stretches.push(stretch),
    shared: (_, what) => common.push(what),
    factors: false,
  });
  const [enough] = reached.map((_other, first, seconds) => ({ first, seconds }));
  if (!enough) return undefined;
  const keys = new Set(stretches.flatMap(({ key }) => (key === undefined ? [] : [key])));
  const places = await graph.placeIds([...keys]);
  const meetings = stretches.map(({ key, ...each }) => ({
    place: key === undefined ? undefined : places.get(key),
    ...each,
  }));
  return { ...enough, meetings: whole(meetings), shared: sharedOf(common) };
}

function spreadingFrom(
  known: ReadonlyMap<number, PersonFacts>,
  number: number,
  spreading: Pair['spreading'],
): Source[] {
  if ('from' in spreading) {
    const { from, until, isolated = [] } = spreading;
    return [sourceOf(number, freeStretches(isolated, from, until ?? Infinity))];
  }
  return sourcesOf(known, [{ number, first: spreading.exposedAt }]);
}

/** Joins meetings that midnight divides, ordered by time. */
function whole(meetings: readonly Encounter[]): Encounter[] {
  const joined: Encounter[] = [];
  const inAir = ({ left }: Encounter) => Number(left !== undefined);
  for (const meeting of [...meetings].sort((a, b) => a.from - b.from || inAir(a) - inAir(b) || a.to - b.to)) {
    const before = joined.find(
      ({ place, to, left }) => place === meeting.place && to === meeting.from && left === meeting.left,
    );
    if (!before || meeting.place === undefined) joined.push({ ...meeting });
    else {
      before.to = meeting.to;
      before.sourceImputed ||= meeting.sourceImputed;
      before.otherImputed ||= meeting.otherImputed;
    }
  }
  return joined;
}
