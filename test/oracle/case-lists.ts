import type { DomainEvent } from '../support/events.js';
import fc from 'fast-check';
import type { DiseaseProfile } from '../../src/cases/profile.js';
import { whoIs, worldAfter } from './facts.js';
import { expectedContacts } from './oracle.js';
import { MIDNIGHT, questionOf } from './worlds.js';

/** What the only sample of a case says about when it was infectious; seconds. */
export interface Infectious {
  collected: number;
  onset: number | null;
  from: number | null;
  until: number | null;
}

const DAY = 86_400;
/** Sampled at midnight, and nothing else is known. */
export const SAMPLED: Infectious = { collected: MIDNIGHT, onset: null, from: null, until: null };

/**
 * The expected list of a case after a history: empty if it is retracted, else the result of tracing it from nothing.
 */
export function expectedList(
  events: readonly DomainEvent[],
  person: string,
  profile: DiseaseProfile,
  infectious: Infectious | null = SAMPLED,
) {
  if (!infectious) return { contacts: [], factors: [] };
  const { collected, onset, from, until } = infectious;
  // For Covid-19 the earlier of the two starts the window; nobody recovers before symptoms begin.
  const begins = Math.min(onset ?? collected, collected) - profile.infectious.daysBefore * DAY;
  const anchorAt = onset ?? collected;
  const window = { from: from ?? begins, until, anchorAt };
  const question = questionOf(profile, { person: whoIs(events)(person), ...window });
  const { degrees, factors } = expectedContacts(worldAfter(events), { ...question, untilStated: until !== null });
  const contacts = degrees.flatMap((found, i) =>
    found.map(({ person: id, first, last, seconds, via, shared }) => ({
      ...{ person: id, degree: i + 1, first, last, seconds, via, shared },
    })),
  );
  return { contacts: contacts.sort((a, b) => (a.person < b.person ? -1 : 1)), factors };
}

/** Starts of the window before everything happens, and in the middle of it. */
const around = [0, DAY, 3 * DAY - 1800, 3 * DAY, 3 * DAY + 2700].map((after) => MIDNIGHT + after);
const infectious: fc.Arbitrary<Infectious> = fc.record({
  collected: fc.constantFrom(MIDNIGHT, ...around),
  onset: fc.constantFrom(null, null, ...around),
  from: fc.constantFrom(null, null, null, MIDNIGHT - 900, MIDNIGHT + 900),
  until: fc.constantFrom(null, null, null, MIDNIGHT + 900, MIDNIGHT + 3600),
});

/** What is reported about a case while other things happen: nothing, a retraction, or when it was infectious. */
export const caseTurn: fc.Arbitrary<'nothing' | 'retracted' | Infectious> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('nothing' as const) },
  { weight: 1, arbitrary: fc.constant('retracted' as const) },
  { weight: 2, arbitrary: fc.oneof(fc.constant(SAMPLED), infectious) },
);
