import { z } from 'zod';
import { readTime } from '../intake/times.js';
import { guess, RowRefused, type Complaint } from '../requests/refusal.js';
import { readInstant } from '../kernel/instant.js';
import { ASKED, type Given, type Kind, type Parameter, type QuestionName } from './asked.js';

const LONGEST_ID = 200;
const MOST_IDS = 1_000;

const id = z.string().trim().min(1, 'is empty').max(LONGEST_ID, `is longer than ${LONGEST_ID} characters`);

const FIXES: Record<Kind, string> = {
  id: 'Give one id.',
  case: 'Give the id of a case, or its beginning: npx truyvet cases lists them.',
  'person-or-case': 'Give one id.',
  'people-or-cases': 'Give ids with commas between.',
  name: 'Give the name that results carry, such as covid-19.',
  instant: 'Write it as 2021-08-01T09:30:00+07:00.',
  count: 'Give a whole number.',
  days: 'Give a number of days.',
  day: 'Write it as 2021-08-01.',
  choice: 'Give one of those that there are.',
  flag: 'Give true, or leave it out.',
  cursor: 'Give the "next" of the page before, or leave it out to begin anew.',
};

/** One schema for what comes as text, by HTTP or on a command line. */
function schemaOf(parameter: Parameter, zone: string): z.ZodType {
  const { help, otherwise, required } = parameter;
  const described = base(parameter, zone).describe(help);
  if (otherwise !== undefined) return described.default(otherwise);
  return required ? described : described.optional();
}

function base({ kind, most, choices = [] }: Parameter, zone: string): z.ZodType {
  switch (kind) {
    case 'id':
    case 'case':
    case 'person-or-case':
      return id;
    case 'people-or-cases':
      return z.string().transform((text, context): string[] => {
        const ids = text
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== '');
        if (ids.length >= 1 && ids.length <= MOST_IDS) return [...new Set(ids)];
        context.addIssue({ code: 'custom', message: `names ${ids.length} ids, of 1 to ${MOST_IDS}` });
        return z.NEVER;
      });
    case 'name':
      return id.toLowerCase();
    case 'instant':
      return z.string().transform((text, context): number => {
        const read = readTime(text, zone);
        if ('instant' in read) return readInstant(read.instant);
        context.addIssue({ code: 'custom', message: read.reason });
        return z.NEVER;
      });
    case 'count':
      return z.coerce
        .number('is no number')
        .int('is no whole number')
        .min(1, 'is below 1')
        .max(most ?? 1_000_000, `is above ${most}`);
    case 'days':
      return z.coerce
        .number('is no number')
        .min(0, 'is below 0')
        .max(most ?? 3_650, `is above ${most}`);
    case 'day':
      return z.iso.date('is no day');
    case 'choice':
      return z.enum(choices, `is none of ${choices.join(', ')}`);
    case 'flag':
      // Of the command line it is a flag, of a request a text.
      return z.union([z.literal(true), z.enum(['true', 'false'])], 'is neither true nor false').transform(isTrue);
    case 'cursor':
      return z.string().transform((text, context): unknown => {
        try {
          return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
        } catch {
          context.addIssue({ code: 'custom', message: 'is no cursor' });
          return z.NEVER;
        }
      });
  }
}

const isTrue = (given: true | 'true' | 'false') => given === true || given === 'true';

export function parametersOf(name: QuestionName, zone: string) {
  const parameters: Record<string, Parameter> = ASKED[name].parameters;
  const shape = Object.entries(parameters).map(([key, parameter]) => [key, schemaOf(parameter, zone)]);
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>);
}

/** @throws RowRefused that names every parameter that is missing, wrong or not known. */
export function readParameters<N extends QuestionName>(
  name: N,
  given: Record<string, unknown>,
  zone: string,
): Given<N> {
  const parsed = parametersOf(name, zone).safeParse(given);
  if (parsed.success) return parsed.data as Given<N>;
  throw new RowRefused(parsed.error.issues.flatMap((issue) => complaintsOf(name, issue, given)));
}

function complaintsOf(name: QuestionName, issue: z.core.$ZodIssue, given: Record<string, unknown>): Complaint[] {
  const known: Record<string, Parameter> = ASKED[name].parameters;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = guess(key, Object.keys(known));
      const fix = meant ? `Did you mean ${meant}?` : `Known are ${Object.keys(known).join(', ')}.`;
      return { column: key, reason: 'is not known', fix };
    });
  }
  const column = String(issue.path[0] ?? '');
  const parameter = known[column];
  const reason =
    given[column] === undefined
      ? 'is missing'
      : issue.code === 'invalid_type'
        ? 'is given twice or is no text'
        : issue.message;
  return [{ column, reason, fix: parameter ? `${FIXES[parameter.kind]} It says ${parameter.help}.` : '' }];
}
