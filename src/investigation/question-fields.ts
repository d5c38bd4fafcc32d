import { may, need, number, PAGE } from '../requests/question-fields.js';
import type { Fields, Given } from '../kernel/fields.js';

const whichCase = {
  person: may('person', 'the person of the case'),
  case: may('case', 'the id of the case; without it, the latest case of the person'),
  disease: may('name', 'the disease, if the person has cases of several'),
} as const;
const incubation = {
  shortest: number('days', 'fewest days from infection to onset or sampling', 1, 365),
  longest: number('days', 'most days from infection to onset or sampling', 14, 365),
} as const;

/** Fields of each question: plain data, so that the help of the command line needs nothing else loaded. */
export const FIELDS = {
  cases: {
    open: may('flag', 'only cases that were not retracted'),
    disease: may('name', 'only cases of this disease'),
    since: may('day', 'only cases ill since this day or later, by onset or sampling'),
    opened_since: may('day', 'only cases known here since this day or later'),
    ...PAGE,
  },
  contacts: {
    ...whichCase,
    degree: may('count', 'only contacts of this degree'),
    evidence: may('flag', 'also where each was met and through whom, which takes longer for a long list'),
    ...PAGE,
  },
  factors: { ...whichCase, ...PAGE },
  why: {
    person: need('person', 'the contact'),
    case: may('case', 'the id of the case'),
    of: may('person', 'the person of the case; without person and id, all cases of which the person is a contact'),
    disease: may('name', 'the disease, if the person has cases of several'),
    limit: number('count', 'the most cases to show', 10, 100),
    cursor: PAGE.cursor,
  },
  at: {
    place: need('place', 'the place'),
    from: need('instant', 'beginning of the window'),
    until: need('instant', 'end of the window'),
    ...PAGE,
  },
  chains: {
    from: need('person-or-case', 'the first person of the chain: the id of a person or a case'),
    to: need('person-or-case', 'the last person of the chain: the id of a person or a case'),
    from_time: may('instant', 'meetings count from here; default for a case: the beginning of its infectious window'),
    until_time: may('instant', 'meetings count until here; default for a case: when it fell ill'),
    max_hops: number('count', 'the most meetings in a chain', 4, 8),
    limit: number('count', 'the most chains to show', 5, 100),
  },
  sources: { ...whichCase, ...incubation, ...PAGE },
  common: {
    cases: may(
      'people-or-cases',
      'ids of cases or people, separated by commas; without them, all live cases of a disease',
    ),
    disease: may('name', 'the disease whose live cases are compared'),
    from: may('instant', 'visits from here on; default: the longest incubation before each case fell ill'),
    until: may('instant', 'visits until here; default: when each case fell ill'),
    longest: incubation.longest,
    ...PAGE,
  },
  unreached: {
    case: may('case', 'only contacts of this case'),
    degree: may('count', 'only contacts of this degree'),
    ...PAGE,
  },
  clusters: {
    disease: may('name', 'only cases of this disease'),
    from: may('instant', 'only cases that fell ill from here on'),
    until: may('instant', 'only cases that fell ill before'),
    longest: incubation.longest,
    ...PAGE,
  },
  generations: {
    ...whichCase,
    as_of: may('instant', 'the day of the calculation; default: now'),
    mature: number('days', 'days after which a case is old enough to have had its secondary cases', 14, 365),
    ...PAGE,
  },
} as const satisfies Record<string, Fields>;

export type QuestionName = keyof typeof FIELDS;

/** The values of a question's fields, once they are read. */
export type Asked<N extends QuestionName> = Given<(typeof FIELDS)[N]>;
