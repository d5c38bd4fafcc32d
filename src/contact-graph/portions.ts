import { comparePositions, type Position, type RecordedEvent } from '../event-log/event-store.js';
import type { FactProjection } from './projection.js';

/** The events that one projection has to write. */
export interface Facts {
  projection: FactProjection;
  events: RecordedEvent[];
}

/** Facts up to a position, as many as one transaction can write. */
export interface Portion {
  position: Position;
  facts: Facts[];
}

/**
 * The most contacts that one transaction writes. Until the commit, Neo4j needs about 2 KB of memory for each contact,
 * and as much for each task of a first-degree contact.
 */
export const CONTACTS_AT_ONCE = 15_000;
/** About as many contacts as one event of a trace holds. */
const CONTACTS_AN_EVENT = 1_500;

/** Whether a trace is so large that it has a portion of its own. */
export function standsAlone({ chunks }: { chunks: number }): boolean {
  return chunks * CONTACTS_AN_EVENT > CONTACTS_AT_ONCE;
}

/**
 * Divides the facts of a batch so that no transaction writes more than `CONTACTS_AT_ONCE` contacts, since several cases
 * of a large crowd may be traced within one batch. A trace that is too large for one transaction gets a portion of its
 * own, so that it can be written in several.
 */
export function portionsOf(facts: readonly Facts[], last: Position): Portion[] {
  const cuts: Position[] = [];
  let contacts = 0;
  let before: Position | undefined;
  const cut = (position: Position | undefined) => {
    if (position && position !== cuts.at(-1)) cuts.push(position);
    contacts = 0;
  };
  for (const { event, chunks } of heavyIn(facts)) {
    const weight = chunks * CONTACTS_AN_EVENT;
    if (weight > 0 && contacts + weight > CONTACTS_AT_ONCE) cut(before);
    contacts += weight;
    if (weight > CONTACTS_AT_ONCE) cut(event.position);
    before = event.position;
  }
  if (cuts.length === 0 || comparePositions(cuts.at(-1) as Position, last) < 0) cuts.push(last);
  return cuts.map((position, i) => {
    const from = cuts[i - 1];
    const within = ({ position: at }: RecordedEvent) =>
      (!from || comparePositions(at, from) > 0) && comparePositions(at, position) <= 0;
    const part = facts.map(({ projection, events }) => ({ projection, events: events.filter(within) }));
    return { position, facts: part.filter(({ events }) => events.length > 0) };
  });
}

/** Every event that any projection takes, once, in the order of the log; empty if none of them has trace parts. */
function heavyIn(facts: readonly Facts[]): { event: RecordedEvent; chunks: number }[] {
  const found = new Map<string, { event: RecordedEvent; chunks: number }>();
  for (const { projection, events } of facts) {
    for (const event of events) {
      const chunks = projection.chunks?.(event) ?? 0;
      found.set(event.id, { event, chunks: Math.max(chunks, found.get(event.id)?.chunks ?? 0) });
    }
  }
  const all = [...found.values()];
  if (!all.some(({ chunks }) => chunks > 0)) return [];
  return all.sort((a, b) => comparePositions(a.event.position, b.event.position));
}
