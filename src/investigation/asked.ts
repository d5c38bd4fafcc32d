/**
 * What can be asked, and with what: plain data, from which the command line makes its options, HTTP its parameters and
 * the API's description its own. Imports nothing, so that a command line's help stays instant.
 */
export type Kind =
  | 'id'
  | 'case'
  | 'person-or-case'
  | 'people-or-cases'
  | 'name'
  | 'instant'
  | 'count'
  | 'days'
  | 'cursor'
  | 'day'
  | 'choice'
  | 'flag';

export interface Parameter {
  kind: Kind;
  help: string;
  required: boolean;
  /** Where nothing is said; only of counts and days. */
  otherwise?: number;
  most?: number;
  /** Of a choice. */
  choices?: readonly string[];
}

export interface Asked {
  summary: string;
  parameters: Record<string, Parameter>;
}

const need = <K extends Kind>(kind: K, help: string) => ({ kind, help, required: true }) as const;
const may = <K extends Kind>(kind: K, help: string) => ({ kind, help, required: false }) as const;
const number = <K extends 'count' | 'days'>(kind: K, help: string, otherwise: number, most: number) =>
  ({ kind, help, required: false, otherwise, most }) as const;

const page = {
  limit: number('count', 'how many at most', 100, 1000),
  cursor: may('cursor', 'where the page before ended: its "next"'),
} as const;
const whichCase = {
  person: may('id', 'the case: who it is'),
  case: may('case', 'the case by its id; without it the latest of the person'),
  disease: may('name', 'of several diseases, this one'),
} as const;
const incubation = {
  shortest: number('days', 'days from an infection to onset or sampling, at the least', 1, 365),
  longest: number('days', 'and at the most', 14, 365),
} as const;

export const ASKED = {
  cases: {
    summary:
      'All cases, those that fell ill last first: who, since when, how many contacts, and whether they are traced',
    parameters: {
      open: may('flag', 'without those that were retracted'),
      disease: may('name', 'cases of this disease only'),
      since: may('day', 'ill since this day or later, by onset or sampling'),
      opened_since: may('day', 'known here since this day or later'),
      ...page,
    },
  },
  contacts: {
    summary: 'Contacts of a case, as its latest completed trace found them',
    parameters: { ...whichCase, degree: may('count', 'contacts of this degree only'), ...page },
  },
  factors: {
    summary: 'Who shares a household, a vehicle or a group with a case without being an F1: epidemiological factors',
    parameters: { ...whichCase, ...page },
  },
  why: {
    summary: 'Why somebody is a contact of a case: every meeting, or the chain of people down from the case',
    parameters: {
      person: need('id', 'the contact'),
      case: may('case', 'the case by its id'),
      of: may('id', 'the case: who it is; without either, every case of which the person is a contact'),
      disease: may('name', 'of several diseases, this one'),
      limit: number('count', 'how many cases at most', 10, 100),
      cursor: page.cursor,
    },
  },
  at: {
    summary: 'Everyone at a place in a window of time',
    parameters: {
      place: need('id', 'the place'),
      from: need('instant', 'beginning of the window'),
      until: need('instant', 'end of the window'),
      ...page,
    },
  },
  chains: {
    summary: 'Chains of meetings, each in the order of time, along which an infection can have passed',
    parameters: {
      from: need('person-or-case', 'who had it first: a person, or a case by its id'),
      to: need('person-or-case', 'who received it: a person, or a case by its id'),
      from_time: may('instant', 'count meetings from here; a case given by its id: from its infectious window on'),
      until_time: may('instant', 'count meetings until here; a case given by its id: until it fell ill'),
      max_hops: number('count', 'meetings of a chain at most', 4, 8),
      limit: number('count', 'chains at most', 5, 100),
    },
  },
  sources: {
    summary: 'Likely sources of a case: cases that it met while infectious, and people between it and other cases',
    parameters: { ...whichCase, ...incubation, ...page },
  },
  common: {
    summary: 'Places that several cases visited, those of most cases first',
    parameters: {
      cases: may(
        'people-or-cases',
        'ids of cases or people, with commas between; without them all live cases of a disease',
      ),
      disease: may('name', 'the disease whose live cases are compared'),
      from: may('instant', 'visits from here on; without it from the longest incubation before each case fell ill'),
      until: may('instant', 'visits until here; without it until each case fell ill'),
      longest: incubation.longest,
      ...page,
    },
  },
  unreached: {
    summary: 'Contacts who were not told: the alert failed, has no outcome yet, or there is none',
    parameters: {
      case: may('case', 'contacts of this case only'),
      degree: may('count', 'contacts of this degree only'),
      ...page,
    },
  },
  tasks: {
    summary: 'What is to be done about contacts, in the order of when it is due: what is overdue comes first',
    parameters: {
      kind: { ...may('choice', 'tasks of this kind only'), choices: ['field-visit', 'sampling', 'test', 'follow-up'] },
      case: may('case', 'contacts of this case only'),
      person: may('id', 'this contact only'),
      due: may('day', 'what is due on this day or before'),
      all: may('flag', 'what is closed or done, too'),
      ...page,
    },
  },
  clusters: {
    summary: 'Live cases that hang together by exposure to one another or by a place on the same day',
    parameters: {
      disease: may('name', 'cases of this disease only'),
      from: may('instant', 'cases that fell ill from here on'),
      until: may('instant', 'cases that fell ill before'),
      longest: incubation.longest,
      ...page,
    },
  },
  generations: {
    summary: 'The cases that descend from a case, generation by generation, and the reproduction number',
    parameters: {
      ...whichCase,
      as_of: may('instant', 'the day of the count; without it now'),
      mature: number('days', 'days after which a case counts as old enough to have had its secondary cases', 14, 365),
      ...page,
    },
  },
} as const satisfies Record<string, Asked>;

export type QuestionName = keyof typeof ASKED;

interface Values {
  id: string;
  /** As it was given: whole, or its beginning. */
  case: string;
  'person-or-case': string;
  'people-or-cases': string[];
  name: string;
  instant: number;
  count: number;
  days: number;
  cursor: unknown;
  /** As it was given, yyyy-mm-dd. */
  day: string;
  choice: string;
  flag: boolean;
}

type Value<P> = P extends { kind: infer K extends Kind }
  ? P extends { required: true } | { otherwise: number }
    ? Values[K]
    : Values[K] | undefined
  : never;

/** What a question is asked with, once it is read; instants are seconds. */
export type Given<N extends QuestionName> = {
  [K in keyof (typeof ASKED)[N]['parameters']]: Value<(typeof ASKED)[N]['parameters'][K]>;
};
