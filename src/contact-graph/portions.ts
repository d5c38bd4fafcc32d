import { comparePositions, type Position, type RecordedEvent } from '../event-log/event-store.js';
import type { FactProjection } from './projection.js';

/** What one projection is to write. */
export interface Facts {
  projection: FactProjection;
  events: RecordedEvent[];
}

/** Facts up to a position, which is no further than one transaction bears. */
export interface Portion {
  position: Position;
  facts: Facts[];
}

/**
 * Contacts that one transaction writes at most; Neo4j keeps some 2 KB of each until it is committed, and as much of each of
 * an F1's tasks.
 */
export const CONTACTS_AT_ONCE = 15_000;
/** About as many contacts as one event of a trace holds. */
const CONTACTS_AN_EVENT = 1_500;

/** A trace so large that it stands alone in its portion. */
export function standsAlone({ chunks }: { chunks: number }): boolean {
  return chunks * CONTACTS_AN_EVENT > CONTACTS_AT_ONCE;
}

/**
 * Divides the facts of a batch so that no transaction writes more than so many contacts: several cases of a large crowd
 * may be traced within one batch. A trace that is too large for one stands alone, so that it can be written in several.
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

/** Every event that any projection takes, once, in the log's order; none where nothing is so much that it is divided. */
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
