import fc from 'fast-check';
import type { TraceResult } from '../../src/trace/engine.js';
import type { Answer, Question, World } from './oracle.js';

/** The midnight around which everything happens: 2021-08-02T00:00:00Z. */
export const MIDNIGHT = 1_627_862_400;
export const PEOPLE = ['An', 'Binh', 'Chi', 'Dung', 'Em', 'Giang'];
export const PLACES = ['cafe', 'market', 'ward'];

/** Few instants, so that ends touch and starts coincide often; some a second off. */
export const instant = fc
  .tuple(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([steps, off]) => MIDNIGHT + steps * 900 + off);

const minutes = fc.constantFrom(0, 1, 5, 14, 15, 16, 30, 45, 60, 240, 1500);
const person = fc.constantFrom(...PEOPLE);

const stay = fc.record({ person, place: fc.constantFrom(...PLACES), from: instant, minutes }).map(
  // Nothing lasts less than nothing; a stay of no length at all happens with doubled scans.
  ({ minutes: lasting, ...each }) => ({ ...each, to: each.from + lasting * 60 }),
);

export const distance = fc.constantFrom(null, 0, 1.5, 2, 2.01, 10);

const near = fc
  .record({ pair: fc.uniqueArray(person, { minLength: 2, maxLength: 2 }), from: instant, minutes, distance })
  .map(({ pair: [a, b], minutes: lasting, ...each }) => ({
    a: a as string,
    b: b as string,
    from: each.from,
    to: each.from + lasting * 60,
    distance: each.distance,
  }));

const isolation = fc
  .record({ person, from: instant, minutes: fc.option(minutes) })
  .map(({ minutes: lasting, ...each }) => ({ ...each, to: lasting === null ? null : each.from + lasting * 60 }))
  // One that ends as it begins was none.
  .filter(({ from, to }) => to === null || to > from);

export const world: fc.Arbitrary<World> = fc.record({
  stays: fc.oneof(fc.array(stay, { maxLength: 6 }), fc.array(stay, { minLength: 12, maxLength: 24 })),
  nearness: fc.array(near, { maxLength: 8, size: 'max' }),
  isolations: fc.uniqueArray(isolation, { maxLength: 4, selector: ({ person: who, from }) => `${who} ${from}` }),
});

export const question: fc.Arbitrary<Question> = fc.record({
  person,
  from: fc.oneof(fc.constant(MIDNIGHT - 3 * 86_400), instant),
  until: fc.oneof(fc.constant(null), fc.constant(MIDNIGHT + 86_400), instant),
  anchorAt: instant,
  minimumMinutes: fc.constantFrom(0, 0, 0, 1, 15, 30),
  distanceMetres: fc.constantFrom(null, 2),
  greatestDegree: fc.constantFrom(1, 2, 2, 2),
});

/** What a trace found, in the oracle's words. */
export function answerOf({ window, f1, f2 }: TraceResult): Answer {
  return {
    until: window.until,
    f1: f1.map(({ person: who, first, seconds, meetings }) => ({
      person: who,
      first,
      seconds,
      places: [...new Set(meetings.flatMap(({ place }) => (place === undefined ? [] : [place])))].sort(),
    })),
    f2: f2
      .map(({ person: who, first, seconds, via }) => ({ person: who, first, seconds, via }))
      .sort((a, b) => (a.person < b.person ? -1 : 1)),
  };
}

/** What the engine is asked, in its own words. */
export function inputOf({ person: personId, from, until, anchorAt, ...rules }: Question) {
  return { personId, window: { from, until, anchorAt }, rules };
}
