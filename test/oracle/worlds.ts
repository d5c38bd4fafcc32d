import fc from 'fast-check';
import type { DiseaseProfile, WindowEnd } from '../../src/cases/profile.js';
import type { TraceInput, TraceResult } from '../../src/tracing/engine.js';
import type { Answer, Question, World } from './oracle.js';

/** The midnight around which everything happens: 2021-08-02T00:00:00Z. */
export const MIDNIGHT = 1_627_862_400;
export const PEOPLE = ['An', 'Binh', 'Chi', 'Dung', 'Em', 'Giang'];
export const PLACES = ['cafe', 'market', 'ward'];

/** Few instants, so that ends often touch and starts often coincide; some are a second off. */
export const instant = fc
  .tuple(fc.integer({ min: -8, max: 8 }), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([steps, off]) => MIDNIGHT + steps * 900 + off);

const minutes = fc.constantFrom(0, 1, 5, 14, 15, 16, 30, 45, 60, 240, 1500);
const person = fc.constantFrom(...PEOPLE);

const row = fc.constantFrom(null, null, 1, 2, 4, 9);
const stay = fc
  .record({ person, place: fc.constantFrom(...PLACES), from: instant, minutes, imputed: fc.boolean(), row })
  .map(
    // No stay has a negative length; double scans cause stays of length zero.
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
  .map(({ minutes: lasting, ...each }) => ({ ...each, to: lasting === null ? null : each.from + lasting * 60 }));

const test = fc.record({
  person,
  at: instant,
  outcome: fc.constantFrom('positive' as const, 'negative' as const, 'negative' as const, 'inconclusive' as const),
  ct: fc.constantFrom(null, 20, 30, 30.5, 38),
});

const home = fc.record({ person, household: fc.constantFrom('blue house', 'red house') });
const shares = fc.dictionary(
  fc.constantFrom(...PLACES),
  fc.constantFrom('vehicle' as const, 'group' as const, 'household' as const),
  { maxKeys: 2, noNullPrototype: true },
);

export const world: fc.Arbitrary<World> = fc.record({
  stays: fc.oneof(fc.array(stay, { maxLength: 6 }), fc.array(stay, { minLength: 12, maxLength: 24 })),
  nearness: fc.array(near, { maxLength: 8, size: 'max' }),
  isolations: fc.uniqueArray(isolation, { maxLength: 4, selector: ({ person: who, from }) => `${who} ${from}` }),
  homes: fc.uniqueArray(home, { maxLength: 4, selector: ({ person: who }) => who }),
  shares: fc.oneof(fc.constant({}), shares),
  tests: fc.array(test, { maxLength: 4 }),
});

/** The rules of decision 5053, however long people met. */
export const PLAIN: Omit<Question, 'person' | 'from' | 'until' | 'anchorAt'> = {
  untilStated: false,
  minimumMinutes: 0,
  withinHours: null,
  distanceMetres: null,
  lingeringMinutes: 0,
  seatRows: null,
  sharing: { household: 'none', vehicle: 'none', group: 'none' },
  greatestDegree: 2,
  endsByNegative: null,
};

const sharingRule = fc.constantFrom('contact' as const, 'factor' as const, 'factor' as const, 'none' as const);

export const question: fc.Arbitrary<Question> = fc.record({
  person,
  from: fc.oneof(fc.constant(MIDNIGHT - 3 * 86_400), instant),
  until: fc.oneof(fc.constant(null), fc.constant(MIDNIGHT + 86_400), instant),
  untilStated: fc.boolean(),
  anchorAt: instant,
  minimumMinutes: fc.constantFrom(0, 0, 0, 1, 15, 30),
  withinHours: fc.constantFrom(null, null, 0.25, 1, 24),
  distanceMetres: fc.constantFrom(null, 2),
  lingeringMinutes: fc.constantFrom(0, 0, 15, 120),
  seatRows: fc.constantFrom(null, null, 2),
  sharing: fc.record({ household: sharingRule, vehicle: sharingRule, group: sharingRule }),
  greatestDegree: fc.constantFrom(1, 2, 2, 3, 5),
  endsByNegative: fc.constantFrom(null, null, { ctAbove: null }, { ctAbove: 30 }),
});

/** A question under a profile. */
export function questionOf(
  profile: DiseaseProfile,
  asked: Pick<Question, 'person' | 'from' | 'until' | 'anchorAt'>,
): Question {
  const { minimumMinutes, withinHours, distanceMetres, lingeringMinutes, seatRows, sharing, greatestDegree } = profile;
  const { infectious } = profile;
  const rules = { minimumMinutes, withinHours, distanceMetres, lingeringMinutes, seatRows, sharing, greatestDegree };
  const { end } = infectious;
  return {
    ...asked,
    ...rules,
    untilStated: false,
    endsByNegative: end.type === 'negative' ? { ctAbove: end.ctAbove } : null,
  };
}

/** The result of a trace in the oracle's format. */
export function answerOf({ window, degrees, factors }: TraceResult): Answer {
  return {
    until: window.until,
    degrees: degrees.map((found) =>
      found
        .map(({ person: who, first, last, seconds, meetings, via, shared }) => ({
          person: who,
          first,
          last,
          seconds,
          places: [...new Set(meetings.flatMap(({ place }) => (place === undefined ? [] : [place])))].sort(),
          via: [...via],
          shared: [...shared],
        }))
        .sort((a, b) => (a.person < b.person ? -1 : 1)),
    ),
    factors,
  };
}

/** The oracle's question in the engine's format. */
export function inputOf(question: Question): TraceInput {
  const { person: personId, from, until, untilStated, anchorAt, endsByNegative, ...rules } = question;
  const end: WindowEnd =
    endsByNegative === null
      ? { type: 'isolation' }
      : { type: 'negative', ctAbove: endsByNegative.ctAbove, daysAfterAtMost: null };
  const window = { from, until, untilStated, anchorAt };
  return { personId, disease: 'covid-19', window, rules: { ...rules, infectious: { end } } };
}
