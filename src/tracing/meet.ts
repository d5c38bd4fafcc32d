import type { DiseaseProfile, Sharing } from '../cases/index.js';
import { SHARED, type Shared } from '../contact-graph/place-facts.js';
import type { Nearness, PersonFacts, TraceGraph } from '../contact-graph/ports.js';
import { Meetings, type Span } from './meetings.js';
import type { Reached } from './reached.js';
import { farApart, rowsOf } from './seats.js';
import { Stays, stretchesOf, type Source, type SourceStay } from './stays.js';
import { Visitors } from './visitors.js';

/** The rules that decide whether two people who met are contacts. */
export type MeetingRules = Pick<
  DiseaseProfile,
  'minimumMinutes' | 'withinHours' | 'distanceMetres' | 'lingeringMinutes' | 'seatRows' | 'sharing'
>;

/** A stretch of a meeting, as found in a slot or measured by phones. */
export interface Stretch {
  key: number | undefined;
  from: number;
  to: number;
  /** Whether the end of the source's stay, or of the other person's, was not recorded. */
  sourceImputed: boolean;
  otherImputed: boolean;
  /** When the source left, if only the air was shared. */
  left: number | undefined;
}

/** Something that two people share. `key` is the slot in which it was shared; undefined for a household. */
export interface Common {
  shared: Shared;
  key: number | undefined;
  from: number;
}

/** Later than any instant; columns of instants hold it for an unknown end. */
export const UNKNOWN_END = 2 ** 32 - 1;

/** Used by one degree of one trace at a time: new columns for each would cost more than filling them. */
const VISITORS = new Visitors();

interface Visitor {
  /** Called for every stretch of every meeting; absent if they are not needed. */
  meeting?: (other: number, meeting: Stretch) => void;
  /** Called for everything shared with a source that makes a contact, or a factor if `factors` is set. */
  shared: (other: number, common: Common) => void;
  factors: boolean;
}

/**
 * Adds everybody whom a source met for long enough or shared enough with to those who are reached.
 * @param known what the graph knows of the sources, by number.
 */
export async function meet(
  graph: TraceGraph,
  sources: readonly Source[],
  known: ReadonlyMap<number, PersonFacts>,
  reached: Reached,
  rules: MeetingRules,
  { meeting, shared, factors }: Visitor,
): Promise<void> {
  if (sources.every(({ first, until }) => until <= first)) return;
  const heeded = (of: Shared) => rules.sharing[of] === 'contact' || (rules.sharing[of] === 'factor' && factors);
  const sharing = SHARED.some(heeded);
  const asked = slotsOf(sources, known);
  // Sent together: what people share depends on the places alone.
  const [slots, sharedIn] = await Promise.all([graph.slots(asked), sharing ? graph.sharedIn(asked) : undefined]);
  const lingering = Math.round(rules.lingeringMinutes * 60);
  const stays = new Stays(sources, slots, lingering);
  const missing = stays.missing;
  for (const [key, contents] of await graph.slots(missing)) stays.addSlot(key, contents);
  if (sharedIn && missing.length > 0) for (const [key, what] of await graph.sharedIn(missing)) sharedIn.set(key, what);
  const seatRows = rules.seatRows ?? Infinity;
  const seats = rules.seatRows === null ? undefined : await graph.seats(stays.keys());
  // From here on nothing is awaited.
  const visitors = VISITORS;
  visitors.clear();
  stays.keepVisitors(visitors, reached);
  /** People, by index, who share something with the current source that makes a contact: since and until when. */
  const sharers = new Map<number, { from: number; to: number }>();
  const share = (other: number, what: Common, to: number, rule: Sharing) => {
    shared(reached.numberOf(other), what);
    if (rule !== 'contact') return;
    const before = sharers.get(other);
    sharers.set(other, { from: Math.min(before?.from ?? Infinity, what.from), to: Math.max(before?.to ?? 0, to) });
  };
  const seconds = Math.round(rules.minimumMinutes * 60);
  const span: Span = {
    minimum: Math.max(seconds, 1),
    within: rules.withinHours === null ? null : rules.withinHours * 3600,
  };
  const meetings = new Meetings();
  const add = (other: number, each: Stretch) => {
    meetings.add(other, each.from, each.to);
    meeting?.(reached.numberOf(other), each);
  };
  sources.forEach((source, i) => {
    const { number, first, until } = source;
    const stretches = stretchesOf(source);
    meetings.clear();
    for (const stay of stays.of(i)) {
      const { key, own, from, to, air, imputed } = stay;
      const seated = seats?.get(key);
      const common = sharedIn?.get(key);
      const rule = common !== undefined && heeded(common) ? rules.sharing[common] : 'none';
      if (!meeting && !seated && rule === 'none') {
        addAll(meetings, visitors, stay);
        continue;
      }
      // If only the air of a stay reaches into this slot, `to` is not its end: the source left on the day before.
      const left = air - lingering;
      const rows =
        seated &&
        rowsOf(seats?.get(own)?.get(number), (each) => {
          for (let at = 0; at < stretches.length; at += 2) {
            const began = Math.max(each.from, stretches[at] as number);
            const ended = Math.min(each.to, stretches[at + 1] as number);
            if (began < left && ended === left && (key !== own || began === from)) return true;
          }
          return false;
        });
      const { end } = stay.visitors;
      for (let at = visitors.firstSince(stay.visitors, from); at < end; at++) {
        const began = visitors.from[at] as number;
        if (began >= air) break;
        const ended = visitors.to[at] as number;
        if (ended <= from) continue;
        const other = visitors.other[at] as number;
        const start = began > from ? began : from;
        const far =
          rows !== undefined &&
          farApart(
            rows,
            rowsOf(seated?.get(reached.numberOf(other)), (each) => each.from === began && each.to === ended),
            seatRows,
          );
        // Being there together counts as sharing, however short; seats that are known to be too far apart rule out a
        // contact.
        if (common !== undefined && start < to && (rule === 'factor' || (rule === 'contact' && !far))) {
          share(other, { shared: common, key, from: start }, Math.min(ended, to), rule);
        }
        if (far) continue;
        const guessed = { sourceImputed: imputed, otherImputed: visitors.imputed[at] === 1 };
        if (start < to) add(other, { key, from: start, to: Math.min(ended, to), ...guessed, left: undefined });
        if (ended > to && air > to) {
          add(other, { key, from: Math.max(start, to), to: Math.min(ended, air), ...guessed, left });
        }
      }
    }
    for (const near of known.get(number)?.nearness ?? []) {
      if (!isNear(near, rules)) continue;
      const other = reached.indexOf(near.other);
      for (let at = 0; other >= 0 && at < stretches.length; at += 2) {
        const from = Math.max(near.from, stretches[at] as number);
        const to = Math.min(near.to, stretches[at + 1] as number);
        if (from >= to) continue;
        add(other, { key: undefined, from, to, sourceImputed: false, otherImputed: false, left: undefined });
      }
    }
    if (until > first) {
      for (const member of heeded('household') ? (known.get(number)?.household ?? []) : []) {
        const what: Common = { shared: 'household', key: undefined, from: first };
        const other = reached.indexOf(member);
        if (other >= 0) share(other, what, Math.min(until, UNKNOWN_END), rules.sharing.household);
      }
    }
    meetings.forEach(span, (other, begin, met, end) => {
      const sharer = sharers.size > 0 ? sharers.get(other) : undefined;
      if (!sharer) return reached.add(i, other, begin, met, end);
      sharers.delete(other);
      reached.add(i, other, Math.min(begin, sharer.from), met, Math.max(end, sharer.to));
    });
    for (const [other, { from, to }] of sharers) {
      const met = meetings.with(other);
      reached.add(i, other, from, met?.seconds ?? 0, Math.max(met?.end ?? 0, to));
    }
    sharers.clear();
  });
  visitors.clear();
}

/** Adds all time with a source's stay and its air. */
function addAll(meetings: Meetings, visitors: Visitors, { from, air, visitors: range }: SourceStay): void {
  const { other, from: starts, to: ends } = visitors;
  for (let at = visitors.firstSince(range, from); at < range.end; at++) {
    const began = starts[at] as number;
    if (began >= air) return;
    const ended = ends[at] as number;
    if (ended > from) meetings.add(other[at] as number, began > from ? began : from, ended < air ? ended : air);
  }
}

/** Keys of the slots in which sources were while they could meet anybody, each once. */
function slotsOf(sources: readonly Source[], known: ReadonlyMap<number, PersonFacts>): number[] {
  const found = new Set<number>();
  for (const { number, first, until } of sources) {
    const stays = known.get(number)?.stays;
    if (!stays) continue;
    for (let i = 0; i < stays.keys.length; i++) {
      if ((stays.to[i] as number) > first && (stays.from[i] as number) < until) found.add(stays.keys[i] as number);
    }
  }
  return [...found];
}

/** Proximity of unknown distance counts: phones report it only when they were close. */
function isNear(near: Nearness, { distanceMetres }: MeetingRules): boolean {
  return distanceMetres === null || near.distance <= distanceMetres;
}

/** Each kind of sharing once, in the order of `SHARED`. */
export function sharedOf(common: readonly Common[] = []): Shared[] {
  return SHARED.filter((each) => common.some(({ shared }) => shared === each));
}
