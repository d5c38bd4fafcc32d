import { eventSet } from '../src/kernel/event.js';
import { InfectiousWindowChanged, TraceCompleted } from '../src/cases/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { int, ints } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/**
 * The anchor from which a case's days are counted, the end of its infectious window, and its number of contacts of each
 * degree, by which queries list and compare cases. Runs after the projection of cases. A trace knows of isolation that
 * ended an open window or covers a part of it, so the end from the trace wins.
 */
export const caseWindows = defineProjection({
  name: 'case-windows',
  version: 1,
  owns: [],
  writesOn: 'cases',
  events: eventSet(InfectiousWindowChanged, TraceCompleted),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const changes = new Map<string, Record<string, unknown>>();
    for (const event of events) {
      const { caseId, until } = event.data;
      const anchor = event.type === 'InfectiousWindowChanged' ? anchored(event.data.anchorAt) : {};
      const end = until === null ? null : int(readInstant(until));
      const size =
        event.type === 'TraceCompleted'
          ? {
              ...{ contacts: int(sumOf(event.data.counts)), counts: ints(event.data.counts) },
              isolated: isolatedIn(event.data),
            }
          : {};
      changes.set(caseId, { ...changes.get(caseId), ...anchor, ...size, until: end });
    }
    await tx.run(`UNWIND $changes AS row MATCH (c:${label('Case')} {id: row[0]}) SET c += row[1]`, {
      changes: [...changes],
    });
  },
});

/** `since` orders the list of cases; it is the time of sampling until the anchor is known. */
function anchored(anchorAt: string) {
  const anchor = int(readInstant(anchorAt));
  return { anchor, since: anchor };
}

/** Alternating starts and ends of the isolated parts of the window, in seconds; null if there are none. */
function isolatedIn({ isolated = [] }: TraceCompleted['data']) {
  return isolated.length === 0 ? null : ints(isolated.flatMap(({ from, until }) => [from, until].map(readInstant)));
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
