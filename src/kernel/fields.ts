/**
 * The input of a command or a question, as plain data. The command line makes its options from it, HTTP reads bodies
 * and parameters by it, and OpenAPI describes it. It imports nothing, so that the help of the command line is instant.
 */
export type FieldKind = keyof Values;

export interface Field<Kind extends FieldKind = FieldKind, Required extends boolean = boolean> {
  kind: Kind;
  required: Required;
  /** A description for help and documents. */
  help: string;
  /** What to do when the value is wrong. */
  fix: string;
  /** The most characters of a text, the largest number, or the most items of a list. */
  most?: number;
  /** The smallest count; 1 if absent. */
  least?: number;
  choices?: readonly string[];
  /** The default; only for counts and days. */
  otherwise?: number;
  /** The value can be cleared: by null, or by `none` on the command line. */
  clearable?: boolean;
  /** The command-line options for it, without dashes, if they differ from its name. */
  flags?: readonly string[];
}

export type Fields = Readonly<Record<string, Field>>;

interface Values {
  /** The whole id or, for an id that we generated, its beginning. */
  id: string;
  /** One line of visible characters. */
  line: string;
  /** A line that is kept in clear for ever, so it must not contain personal numbers. */
  'clear-line': string;
  choice: string;
  /** Several of the choices. */
  choices: string[];
  /** Several lines. */
  lines: string[];
  flag: boolean;
  minutes: number;
  /** An id as it was typed: the handler of the request looks up what it names. */
  'id-as-typed': string;
  /** The id of a person or a place, in the form that the program knows. */
  person: string;
  place: string;
  /** The whole id of a case, even if only its beginning was given. */
  case: string;
  'person-or-case': string;
  'people-or-cases': string[];
  /** A name as results carry it, in lower case. */
  name: string;
  /** A path on the command line; read as the file's name and text. */
  file: { name: string; text: string };
  /** The path of a folder on this machine. */
  folder: string;
  /** Seconds. */
  instant: number;
  /** yyyy-mm-dd. */
  day: string;
  count: number;
  days: number;
  /** Where the next page starts; the question defines what it holds. */
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

/** The values that were read; a field that was left out is undefined. */
export type Given<F extends Fields> = { [Name in Exclude<keyof F, Optional<F>>]: Cleared<F[Name]> } & {
  [Name in Optional<F>]?: Cleared<F[Name]> | undefined;
};

/** The team member who reports something, until there is a sign-in. */
export const BY = {
  kind: 'clear-line',
  required: true,
  most: 200,
  help: 'the name of the team member who reports this',
  fix: 'Give the name of the team member, in 1 to 200 characters.',
} as const satisfies Field;

/** The reason for doing something, as a line that is kept for ever. */
export const WHY = {
  kind: 'clear-line',
  required: true,
  most: 2_000,
  help: 'the reason; kept in the log for ever, so it must not name contacts',
  fix: 'Give the reason, in one line of at most 2000 characters, without phone or citizen numbers.',
} as const satisfies Field;
