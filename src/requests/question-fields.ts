import type { FieldKind } from '../kernel/fields.js';

/** What to do about a wrong field of a question, by the kind of the field. */
const FIXES = {
  'id-as-typed': 'Give one id.',
  person: 'Give one id.',
  place: 'Give one id.',
  case: 'Give the id of a case, or its beginning: npx truyvet cases lists them.',
  'person-or-case': 'Give one id.',
  'people-or-cases': 'Give ids separated by commas.',
  name: 'Give the name as in results, such as covid-19.',
  instant: 'Write it as 2021-08-01T09:30:00+07:00.',
  count: 'Give a whole number.',
  days: 'Give a number of days.',
  day: 'Write it as 2021-08-01.',
  choice: 'Give one of the allowed values.',
  flag: 'Give true, or leave it out.',
  cursor: 'Give the "next" of the previous page, or leave it out to start anew.',
} as const satisfies Partial<Record<FieldKind, string>>;
type Kind = keyof typeof FIXES;

const fixOf = (kind: Kind, help: string) => `${FIXES[kind]} Meaning: ${help}.`;

export const need = <K extends Kind>(kind: K, help: string) =>
  ({ kind, help, required: true, fix: fixOf(kind, help) }) as const;
export const may = <K extends Kind>(kind: K, help: string) =>
  ({ kind, help, required: false, fix: fixOf(kind, help) }) as const;
/** @param otherwise the default. */
export const number = <K extends 'count' | 'days'>(kind: K, help: string, otherwise: number, most: number) =>
  ({ ...may(kind, help), otherwise, most }) as const;

/** The fields of questions that are answered in pages. */
export const PAGE = {
  limit: number('count', 'the most items on a page', 100, 1000),
  cursor: may('cursor', 'the "next" of the previous page'),
} as const;

/** The last line of a page, on the command line. */
export function* moreLine(next: string | null): Generator<string> {
  if (next !== null) yield `More with --cursor ${next}`;
}
