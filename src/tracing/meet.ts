import type { DiseaseProfile, Sharing } from '../cases/index.js';
import { SHARED, type Shared } from '../contact-graph/place-facts.js';
import { firstNotBelow } from '../kernel/sorted.js';
import type { Nearness, PersonFacts, TraceGraph } from '../contact-graph/ports.js';
import { Meetings, type Span } from './meetings.js';
import { farApart, rowsOf } from './seats.js';
import { Stays, stretchesOf, type Source } from './stays.js';

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

interface Visitor {
  /** Called for every stretch of every meeting; absent if they are not needed. */
  meeting?: (other: number, meeting: Stretch) => void;
  /** Called for everything shared with a source that makes a contact, or a factor if `factors` is set. */
  shared: (other: number, common: Common) => void;
  factors: boolean;
  /** Called for everybody whom a source met for long enough or shared enough with, source by source. */
  contact: (source: number, other: number, first: number, seconds: number, last: number) => void;
}

/**
 * Finds the people whom sources met, among those for whom `counts` is true.
 * @param known what the graph knows of the sources, by number.
 */
export async function meet(
  graph: TraceGraph,
  sources: readonly Source[],
  known: ReadonlyMap<number, PersonFacts>,
  counts: (other: number) => boolean,
  rules: MeetingRules,
  { meeting, shared, factors, contact }: Visitor,
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
  stays.keepOnly(counts);
  const seatRows = rules.seatRows ?? Infinity;
  const seats = rules.seatRows === null ? undefined : await graph.seats(stays.keys());
  /** People who share something with the current source that makes a contact: since and until when. */
  const sharers = new Map<number, { from: number; to: number }>();
  const share = (other: number, what: Common, to: number, rule: Sharing) => {
    shared(other, what);
    if (rule !== 'contact') return;
    const before = sharers.get(other);
    sharers.set(other, { from: Math.min(before?.from ?? Infinity, what.from), to: Math.max(before?.to ?? 0, to) });
  };
  const seconds = Math.round(rules.minimumMinutes * 60);
  const span: Span = {
    minimum: Math.max(seconds, 1),
    within: rules.withinHours === null ? null : rules.withinHours * 3600,
  };
  const meetings = new Meetings(counts);
  const add = (other: number, each: Stretch) => {
    meetings.add(other, each.from, each.to);
    if (meeting && counts(other)) meeting(other, each);
  };
  sources.forEach((source, i) => {
    const { number, first, until } = source;
    const stretches = stretchesOf(source);
    meetings.clear();
    stays.of(i, ({ key, own, slot, from, to, air, imputed }) => {
      const seated = seats?.get(key);
      // If only the air of a stay reaches into this slot, `to` is not its end: the source left on the day before.
      const left = air - lingering;
      const rows =
        seated &&
        rowsOf(seats?.get(own)?.get(number), (stay) => {
          for (let at = 0; at < stretches.length; at += 2) {
            const began = Math.max(stay.from, stretches[at] as number);
            const ended = Math.min(stay.to, stretches[at + 1] as number);
            if (began < left && ended === left && (key !== own || began === from)) return true;
          }
          return false;
        });
      const { persons, from: starts, to: ends, longest } = slot;
      const common = sharedIn?.get(key);
      const rule = common !== undefined && heeded(common) ? rules.sharing[common] : 'none';
      // Stays that began earlier than this are over.
      for (let at = firstNotBelow(starts, from - longest); at < starts.length; at++) {
        const began = starts[at] as number;
        if (began >= air) return;
        const ended = ends[at] as number;
        if (ended <= from) continue;
        const other = persons[at] as number;
        const start = began > from ? began : from;
        const far =
          rows !== undefined &&
          farApart(
            rows,
            rowsOf(seated?.get(other), (stay) => stay.from === began && stay.to === ended),
            seatRows,
          );
        // Being there together counts as sharing, however short; seats that are known to be too far apart rule out a
        // contact.
        if (
          common !== undefined &&
          start < to &&
          (rule === 'factor' || (rule === 'contact' && !far)) &&
          counts(other)
        ) {
          share(other, { shared: common, key, from: start }, Math.min(ended, to), rule);
        }
        if (far) continue;
        if (!meeting) {
          meetings.add(other, start, ended < air ? ended : air);
          continue;
        }
        const guessed = { sourceImputed: imputed, otherImputed: slot.imputed?.[at] === 1 };
        if (start < to) add(other, { key, from: start, to: Math.min(ended, to), ...guessed, left: undefined });
        if (ended > to && air > to) {
          add(other, { key, from: Math.max(start, to), to: Math.min(ended, air), ...guessed, left });
        }
      }
    });
    for (const near of known.get(number)?.nearness ?? []) {
      if (!isNear(near, rules)) continue;
      for (let at = 0; at < stretches.length; at += 2) {
        const from = Math.max(near.from, stretches[at] as number);
        const to = Math.min(near.to, stretches[at + 1] as number);
        if (from >= to) continue;
        add(near.other, { key: undefined, from, to, sourceImputed: false, otherImputed: false, left: undefined });
      }
    }
    if (until > first) {
      for (const other of heeded('household') ? (known.get(number)?.household ?? []) : []) {
        const what: Common = { shared: 'household', key: undefined, from: first };
        if (counts(other)) share(other, what, Math.min(until, UNKNOWN_END), rules.sharing.household);
      }
    }
    meetings.forEach(span, (other, begin, met, end) => {
      const sharer = sharers.get(other);
      if (!sharer) return contact(i, other, begin, met, end);
      sharers.delete(other);
      contact(i, other, Math.min(begin, sharer.from), met, Math.max(end, sharer.to));
    });
    for (const [other, { from, to }] of sharers) {
      const met = meetings.with(other);
      contact(i, other, from, met?.seconds ?? 0, Math.max(met?.end ?? 0, to));
    }
    sharers.clear();
  });
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
