import { may, need, number, PAGE } from '../requests/question-fields.js';
import type { Fields, Given } from '../kernel/fields.js';

const whichCase = {
  person: may('person', 'the case: who it is'),
  case: may('case', 'the case by its id; without it the latest of the person'),
  disease: may('name', 'of several diseases, this one'),
} as const;
const incubation = {
  shortest: number('days', 'days from an infection to onset or sampling, at the least', 1, 365),
  longest: number('days', 'and at the most', 14, 365),
} as const;

/** Fields of each question: plain data, so that the help of the command line needs nothing else loaded. */
export const FIELDS = {
  cases: {
    open: may('flag', 'without those that were retracted'),
    disease: may('name', 'cases of this disease only'),
    since: may('day', 'ill since this day or later, by onset or sampling'),
    opened_since: may('day', 'known here since this day or later'),
    ...PAGE,
  },
  contacts: { ...whichCase, degree: may('count', 'contacts of this degree only'), ...PAGE },
  factors: { ...whichCase, ...PAGE },
  why: {
    person: need('person', 'the contact'),
    case: may('case', 'the case by its id'),
    of: may('person', 'the case: who it is; without either, every case of which the person is a contact'),
    disease: may('name', 'of several diseases, this one'),
    limit: number('count', 'how many cases at most', 10, 100),
    cursor: PAGE.cursor,
  },
  at: {
    place: need('place', 'the place'),
    from: need('instant', 'beginning of the window'),
    until: need('instant', 'end of the window'),
    ...PAGE,
  },
  chains: {
    from: need('person-or-case', 'who had it first: a person, or a case by its id'),
    to: need('person-or-case', 'who received it: a person, or a case by its id'),
    from_time: may('instant', 'count meetings from here; a case given by its id: from its infectious window on'),
    until_time: may('instant', 'count meetings until here; a case given by its id: until it fell ill'),
    max_hops: number('count', 'meetings of a chain at most', 4, 8),
    limit: number('count', 'chains at most', 5, 100),
  },
  sources: { ...whichCase, ...incubation, ...PAGE },
  common: {
    cases: may(
      'people-or-cases',
      'ids of cases or people, with commas between; without them all live cases of a disease',
    ),
    disease: may('name', 'the disease whose live cases are compared'),
    from: may('instant', 'visits from here on; without it from the longest incubation before each case fell ill'),
    until: may('instant', 'visits until here; without it until each case fell ill'),
    longest: incubation.longest,
    ...PAGE,
  },
  unreached: {
    case: may('case', 'contacts of this case only'),
    degree: may('count', 'contacts of this degree only'),
    ...PAGE,
  },
  clusters: {
    disease: may('name', 'cases of this disease only'),
    from: may('instant', 'cases that fell ill from here on'),
    until: may('instant', 'cases that fell ill before'),
    longest: incubation.longest,
    ...PAGE,
  },
  generations: {
    ...whichCase,
    as_of: may('instant', 'the day of the count; without it now'),
    mature: number('days', 'days after which a case counts as old enough to have had its secondary cases', 14, 365),
    ...PAGE,
  },
} as const satisfies Record<string, Fields>;

export type QuestionName = keyof typeof FIELDS;

/** The values of a question's fields, once they are read. */
export type Asked<N extends QuestionName> = Given<(typeof FIELDS)[N]>;
