/**
 * What a command or a question takes, as plain data: from it the command line makes its options, HTTP reads bodies and
 * parameters, and the description of the API says what there is. Imports nothing, so that a command line's help is instant.
 */
export type FieldKind = keyof Values;

export interface Field<Kind extends FieldKind = FieldKind, Required extends boolean = boolean> {
  kind: Kind;
  required: Required;
  /** In words, for help and documents. */
  help: string;
  /** What to do where it is wrong. */
  fix: string;
  /** Characters, or the number, at most; of several how many. */
  most?: number;
  choices?: readonly string[];
  /** What is meant where nothing is said; only of counts and days. */
  otherwise?: number;
  /** It may be taken back by null, or by `none` on the command line. */
  clearable?: boolean;
  /** The options of the command line that give it, without dashes, where these are not its name. */
  flags?: readonly string[];
}

export type Fields = Readonly<Record<string, Field>>;

interface Values {
  /** Whole or, where it is an id of our own making, its beginning. */
  id: string;
  /** One line of characters that can be seen. */
  line: string;
  /** The same, kept in clear for ever: without personal numbers. */
  'clear-line': string;
  choice: string;
  /** Several of what there is to choose from. */
  choices: string[];
  /** Several lines. */
  lines: string[];
  flag: boolean;
  minutes: number;
  /** An id in the form in which it was typed: whoever handles the request finds what it names. */
  'id-as-typed': string;
  /** Of somebody or of a place, in the form in which it is known. */
  person: string;
  place: string;
  /** Of a case: whole, also where its beginning was given. */
  case: string;
  'person-or-case': string;
  'people-or-cases': string[];
  /** As results carry it, in small letters. */
  name: string;
  /** On the command line where it is; what it holds, and how it is called. */
  file: { name: string; text: string };
  /** Seconds. */
  instant: number;
  /** As yyyy-mm-dd. */
  day: string;
  count: number;
  days: number;
  /** What the end of a page says of the next; the question knows what that is. */
  cursor: unknown;
}

type ValueOf<F> = F extends { kind: 'choices'; choices: readonly (infer Choice)[] }
  ? Choice[]
  : F extends { choices: readonly (infer Choice)[] }
    ? Choice
    : F extends { kind: infer Kind extends FieldKind }
      ? Values[Kind]
      : never;
type Cleared<F> = 'clearable' extends keyof F ? ValueOf<F> | null : ValueOf<F>;
type Optional<F> = {
  [Name in keyof F]: F[Name] extends { required: true } | { otherwise: number } ? never : Name;
}[keyof F];

/** What is read of them; a field that may be left out is undefined then. */
export type Given<F extends Fields> = { [Name in Exclude<keyof F, Optional<F>>]: Cleared<F[Name]> } & {
  [Name in Optional<F>]?: Cleared<F[Name]> | undefined;
};

/** Who of the team says something, until there is a sign-in. */
export const BY = {
  kind: 'clear-line',
  required: true,
  most: 200,
  help: 'who of the team says so',
  fix: 'Say by name who of the team it was, in 1 to 200 characters.',
} as const satisfies Field;

/** Why something is done, in a line that is kept for ever. */
export const WHY = {
  kind: 'clear-line',
  required: true,
  most: 2_000,
  help: 'why; kept in the log for ever, so without names of contacts',
  fix: 'Say why, in one line of at most 2000 characters, without phone or citizen numbers.',
} as const satisfies Field;
