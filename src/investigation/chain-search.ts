import { SECONDS_PER_DAY } from '../kernel/instant.js';
import { firstNotBelow } from '../kernel/sorted.js';
import type { SlotContents, TraceGraph } from '../contact-graph/ports.js';
import { meetingsOf, Reading, type Meeting } from './met.js';

/** Instants are seconds; people and slots are numbers. */
export interface ChainInput {
  from: number;
  to: number;
  /** When the first person could pass the infection on at the earliest. */
  after: number;
  /** Exclusive: when the last person must have received it. */
  before: number;
  maxHops: number;
  /** The most chains to return. */
  most: number;
}

/** One meeting of a chain. The infection may pass from one to the other at `at`, which is inside the meeting. */
export interface Step {
  from: number;
  to: number;
  /** Key of the slot; undefined if phones measured the meeting. */
  key: number | undefined;
  /** The whole meeting; `at` is the earliest instant at which the infection can have passed. */
  begin: number;
  end: number;
  at: number;
}

/** The earliest known way by which a person can have received the infection. */
interface Reached {
  person: number;
  at: number;
  hops: number;
  /** Undefined for the person with whom chains begin. */
  before: Reached | undefined;
  meeting: Meeting | undefined;
}

interface Candidate {
  last: Reached;
  meeting: Meeting;
  at: number;
}

/**
 * Finds chains of meetings along which an infection can have passed from one person to another, each in the order of
 * time. In a meeting it passes at the instant when the one has received it or the meeting begins, whichever is later,
 * and that instant must be inside the meeting. For every person who may have passed it to the last one, the result has
 * the earliest chain, and also a later chain if it has fewer people in between. Earlier chains come first, then shorter
 * ones.
 *
 * The search looks at one day first and then at ever longer times, because the earliest chains are wanted and most
 * people are reached soon. It works in rounds, each one meeting further, and each round scans a slot once for all
 * people in it. The people whom the last one met are known beforehand, and where it is less work also the people whom
 * those met: rounds shortly before the last meeting look only for them.
 */
export async function findChains(graph: TraceGraph, input: ChainInput): Promise<Step[][]> {
  const { from, to, after, before } = input;
  if (from === to || after >= before) return [];
  const reading = new Reading(graph);
  // One after the other, so that a slot in which both were is read once.
  const first = await meetingsOf(reading, from, after, before);
  const last = await meetingsOf(reading, to, after, before);
  const begin = Math.max(
    after,
    extreme(first, Math.min, ([meeting]) => meeting?.begin),
  );
  const end = extreme(last, Math.max, (meetings) => Math.max(...meetings.map((each) => each.end)));
  for (let span = SECONDS_PER_DAY; begin < end; span *= 2) {
    const horizon = Math.min(begin + span, end);
    const soon = new Map([...last].filter(([, [meeting]]) => meeting && meeting.begin < horizon));
    const found = await search(reading, soon, { ...input, before: horizon });
    if (found.length >= input.most || horizon === end) return found.map((each) => stepsOf(each, to));
  }
  return [];
}

/** The earliest or latest instant over all people met; NaN, which no comparison accepts, where nobody was met. */
function extreme(
  met: ReadonlyMap<number, readonly Meeting[]>,
  of: (...values: number[]) => number,
  instantOf: (meetings: readonly Meeting[]) => number | undefined,
): number {
  let found = NaN;
  for (const meetings of met.values()) {
    const instant = instantOf(meetings) ?? NaN;
    found = Number.isNaN(found) ? instant : of(found, instant);
  }
  return found;
}

/** Finds the best chains that end before an instant, at most `most`. */
async function search(reading: Reading, met: ReadonlyMap<number, Meeting[]>, input: ChainInput): Promise<Candidate[]> {
  const { from, to, after, maxHops, most } = input;
  const start: Reached = { person: from, at: after, hops: 0, before: undefined, meeting: undefined };
  const reached = new Map([[from, start]]);
  const candidates: Candidate[] = [];
  /** When each person can have passed it to the last one, by the shortest ways so far. */
  const passed = new Map<number, number>();
  const ends = new Ends(reading, met, input.before);
  let frontier: readonly Reached[] = [start];
  for (let hops = 1; hops <= maxHops && frontier.length > 0; hops++) {
    for (const each of frontier) {
      const meeting = firstMeeting(met.get(each.person) ?? [], each.at);
      const at = Math.max(each.at, meeting?.begin ?? Infinity);
      // A longer way to the same person matters only if it is earlier.
      if (!meeting || at >= Math.min(input.before, passed.get(each.person) ?? Infinity)) continue;
      passed.set(each.person, at);
      candidates.push({ last: each, meeting, at });
    }
    candidates.sort((a, b) => a.at - b.at || a.last.hops - b.last.hops || a.last.person - b.last.person);
    if (hops === maxHops) break;
    // Anybody who receives it later than all wanted chains end cannot improve them.
    const before = Math.min(input.before, candidates[most - 1]?.at ?? Infinity);
    const only = await ends.within(maxHops - hops, frontier);
    frontier = await spread(reading, frontier, { reached, before, hops, to, only });
  }
  return candidates.slice(0, most);
}

/** The first meeting in which somebody who has had it since an instant can pass it on. */
function firstMeeting(meetings: readonly Meeting[], since: number): Meeting | undefined {
  return meetings.find(({ end }) => end > since);
}

interface Round {
  reached: Map<number, Reached>;
  before: number;
  hops: number;
  /** The person with whom chains end: nobody else receives it through them. */
  to: number;
  /** People who matter in this round, and when they must have received it; undefined includes everybody. */
  only: Latest | undefined;
}

/** By person: exclusive latest instant at which they must receive it for it to reach the last person. */
type Latest = ReadonlyMap<number, number>;

/** Searches backwards from the last person while there are fewer people on that side than on the other. */
class Ends {
  /** Level 0 has people who met the last person, level 1 those within two meetings, and so on. */
  readonly #levels: Latest[];

  constructor(
    private readonly reading: Reading,
    met: ReadonlyMap<number, readonly Meeting[]>,
    private readonly before: number,
  ) {
    const latest = (meetings: readonly Meeting[]) => Math.min(before, Math.max(...meetings.map(({ end }) => end)));
    this.#levels = [new Map([...met].map(([person, meetings]) => [person, latest(meetings)]))];
  }

  /**
   * People from whom it reaches the last one within so many meetings; undefined where it is less work to include
   * everybody.
   */
  async within(meetings: number, frontier: readonly Reached[]): Promise<Latest | undefined> {
    const earliest = frontier.reduce((least, { at }) => Math.min(least, at), Infinity);
    for (;;) {
      const furthest = this.#levels.at(-1);
      if (!furthest || this.#levels.length >= meetings || furthest.size >= frontier.length) break;
      this.#levels.push(await this.#back(furthest, earliest));
    }
    return this.#levels[meetings - 1];
  }

  async #back(next: Latest, earliest: number): Promise<Latest> {
    const latest = new Map(next);
    const extend = (person: number, instant: number) => {
      if (instant > (latest.get(person) ?? -Infinity)) latest.set(person, instant);
    };
    const asked = Array.from(next.keys(), (number) => ({ number, after: earliest }));
    const { slots, nearness } = await this.reading.movedOf(asked, this.before);
    for (const { slot } of slots) backInSlot(slot, next, extend);
    for (const [number, meetings] of nearness) {
      for (const { other, from, to } of meetings) {
        const end = Math.min(to, next.get(number) ?? -Infinity);
        if (from < end) extend(other, end);
      }
    }
    return latest;
  }
}

/** Computes until when people in a slot can pass it on to people who must receive it before given instants. */
function backInSlot(
  { persons, from, to }: SlotContents,
  next: Latest,
  extend: (person: number, instant: number) => void,
): void {
  const starts: number[] = [];
  /** For each start, the latest end up to there. */
  const ends: number[] = [];
  // Stays are sorted by start.
  for (let i = 0; i < persons.length; i++) {
    const latest = next.get(persons[i] as number);
    const begin = from[i] as number;
    if (latest === undefined || latest <= begin) continue;
    starts.push(begin);
    ends.push(Math.max(ends.at(-1) ?? 0, Math.min(latest, to[i] as number)));
  }
  if (starts.length === 0) return;
  for (let i = 0; i < persons.length; i++) {
    const left = to[i] as number;
    const end = Math.min(left, ends[firstNotBelow(starts, left) - 1] ?? 0);
    if (end > (from[i] as number)) extend(persons[i] as number, end);
  }
}

/**
 * Passes the infection on from those who received it in the last round; returns people who receive it earlier than was
 * known.
 */
async function spread(reading: Reading, frontier: readonly Reached[], round: Round): Promise<Reached[]> {
  const { reached, before, hops, to, only } = round;
  const sources = new Map(frontier.filter(({ at }) => at < before).map((each) => [each.person, each]));
  const improved = new Map<number, Reached>();
  const receive = (person: number, at: number, source: Reached, meeting: Meeting) => {
    if (person === to || at >= before || at >= (reached.get(person)?.at ?? Infinity)) return;
    if (only && at >= (only.get(person) ?? -Infinity)) return;
    const now: Reached = { person, at, hops, before: source, meeting };
    reached.set(person, now);
    improved.set(person, now);
  };
  // Both people of a meeting are in its slot, so the smaller side is used to find the slots.
  const own = Array.from(sources.values(), ({ person, at }) => ({ number: person, after: at }));
  if (own.length === 0) return [];
  const earliest = own.reduce((least, { after }) => Math.min(least, after), Infinity);
  const others =
    only && only.size < own.length ? Array.from(only.keys(), (number) => ({ number, after: earliest })) : own;
  const { slots, nearness } = await reading.movedOf(others, before);
  for (const { key, slot } of slots) spreadInSlot(slot, key, sources, receive);
  for (const [number, meetings] of nearness) {
    for (const { other, from, to: end } of meetings) {
      const [source, person] = others === own ? [sources.get(number), other] : [sources.get(other), number];
      const at = Math.max(from, source?.at ?? Infinity);
      if (source && at < end) receive(person, at, source, { key: undefined, begin: from, end });
    }
  }
  return [...improved.values()];
}

/**
 * Finds who in a slot receives it and when, in one pass over the stays sorted by start: a person who comes while a
 * source is there receives it on arrival; a person who is there when a source comes or becomes one receives it then.
 */
function spreadInSlot(
  { persons, from, to }: SlotContents,
  key: number,
  sources: ReadonlyMap<number, Reached>,
  receive: (person: number, at: number, source: Reached, meeting: Meeting) => void,
): void {
  const active: { source: Reached; since: number; from: number; to: number }[] = [];
  for (let i = 0; i < persons.length; i++) {
    const source = sources.get(persons[i] as number);
    if (!source || source.at >= (to[i] as number)) continue;
    const begin = from[i] as number;
    active.push({ source, since: Math.max(begin, source.at), from: begin, to: to[i] as number });
  }
  if (active.length === 0) return;
  active.sort((a, b) => a.since - b.since);
  /** For each source, the index of the one up to there who stays longest. */
  const longest: number[] = [];
  active.forEach(({ to: end }, i) => {
    const before = longest[i - 1];
    longest.push(before !== undefined && (active[before]?.to ?? 0) >= end ? before : i);
  });
  for (let i = 0; i < persons.length; i++) {
    const arrived = from[i] as number;
    const left = to[i] as number;
    const later = firstAfter(active, arrived);
    const there = active[longest[later - 1] ?? -1];
    // Passing it to oneself is harmless: it is never earlier than one had it.
    const passing = there && there.to > arrived ? there : active[later];
    if (!passing || passing.since >= left) continue;
    const meeting = { key, begin: Math.max(arrived, passing.from), end: Math.min(left, passing.to) };
    receive(persons[i] as number, Math.max(arrived, passing.since), passing.source, meeting);
  }
}

/** Index of the first source that begins after an instant. */
function firstAfter(active: readonly { since: number }[], instant: number): number {
  let low = 0;
  let high = active.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((active[middle] as { since: number }).since <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stepsOf({ last, meeting, at }: Candidate, to: number): Step[] {
  const steps: Step[] = [{ from: last.person, to, ...meeting, at }];
  for (let each = last; each.before && each.meeting; each = each.before) {
    steps.unshift({ from: each.before.person, to: each.person, ...each.meeting, at: each.at });
  }
  return steps;
}
