import type { EventSet } from '../../../src/kernel/event.js';
import { eventsOf } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cases } from '../../../projections/cases.js';
import { caseWindows } from '../../../projections/case-windows.js';
import { places } from '../../../projections/places.js';
import { CONTACTS_AT_ONCE, portionsOf, type Facts } from '../../../src/contact-graph/portions.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';

/** The most contacts of one event. */
const CONTACTS_AN_EVENT = 1_500;

/** Null is an event without weight, a number is a trace with this many events. */
function batchOf(steps: readonly (number | null)[]): RecordedEvent[] {
  return steps.map((chunks, i) => {
    const position = { commit: BigInt(i + 1), prepare: BigInt(i + 1) };
    const type = chunks === null ? 'PlaceRegistered' : 'TraceCompleted';
    return {
      ...{ id: `${i}`, stream: 'facts', revision: i, position, type, data: { chunks } },
      ...{ provenance: { source: 'test' }, recordedAt: new Date(0) },
    };
  });
}

function factsOf(events: RecordedEvent[]): Facts[] {
  return [cases, caseWindows, places].map((projection) => ({
    projection,
    events: events.filter((event) => (projection.events as EventSet).includes(event)),
  }));
}

const TRACES = eventsOf('TraceCompleted');
const weightOf = (events: readonly RecordedEvent[]) =>
  events.reduce((sum, event) => sum + (TRACES.includes(event) ? event.data.chunks * CONTACTS_AN_EVENT : 0), 0);

describe('A batch of facts', () => {
  it('is divided so that no portion is too large except a trace that is too large by itself, each event once and in order', () => {
    const step = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 20, max: 60 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const events = batchOf(steps);
        const last = { commit: 1_000n, prepare: 1_000n };
        const portions = portionsOf(factsOf(events), last);
        expect(portions.at(-1)?.position).toEqual(last);
        const given = portions.map(({ facts }) => [...new Set(facts.flatMap((each) => each.events))]);
        for (const part of given) {
          if (weightOf(part) > CONTACTS_AT_ONCE) expect(part).toHaveLength(1);
        }
        const order = given.flatMap((part) => part.map(({ id }) => Number(id)).sort((a, b) => a - b));
        expect(order).toEqual(events.map((_, i) => i));
        portions.forEach(({ facts }, i) => {
          const [from, to] = [portions[i - 1]?.position.commit ?? 0n, portions[i]?.position.commit ?? 0n];
          for (const { position } of facts.flatMap((each) => each.events)) {
            expect(position.commit > from && position.commit <= to).toBe(true);
          }
        });
      }),
    );
  });

  it('is one portion while it is small', () => {
    expect(portionsOf(factsOf(batchOf([null, 3, null, 4])), { commit: 4n, prepare: 4n })).toHaveLength(1);
  });
});
