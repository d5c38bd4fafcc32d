import { z } from 'zod';
import { readTime } from '../intake/times.js';
import type { Field, FieldKind, Fields, Given } from '../kernel/fields.js';
import { readInstant } from '../kernel/instant.js';
import { anyClearText, clearText, readFields, text } from './read-fields.js';

const LONGEST_ID = 200;
const MOST_IDS = 1_000;
const MOST_LINES = 1_000;
const MOST_COUNTED = 1_000_000;
const MOST_DAYS = 3_650;

/** An id that may come from an older log with other rules for ids, so it is looked up as given. */
const anyId = () =>
  z.string('is not a text').trim().min(1, 'is empty').max(LONGEST_ID, `is longer than ${LONGEST_ID} characters`);

type Reads = { [Kind in FieldKind]: (field: Field, zone: string) => z.ZodType };

const READS: Reads = {
  id: ({ most = LONGEST_ID }) => text(most),
  line: ({ most = LONGEST_ID }) => text(most),
  'clear-line': ({ most = LONGEST_ID, required }) => (required ? clearText(most) : anyClearText(most)),
  choice: ({ choices = [] }) => z.enum(choices as [string, ...string[]], `is none of ${choices.join(', ')}`),
  choices: ({ choices = [] }) => z.array(z.enum(choices as [string, ...string[]], `is none of ${choices.join(', ')}`)),
  lines: ({ most = MOST_LINES }) =>
    z.array(text(LONGEST_ID), 'is not a list').min(1, 'names nothing').max(most, `names more than ${most}`),
  flag: () => z.boolean('is neither true nor false'),
  minutes: ({ most }) =>
    z
      .int('is not a whole number of minutes')
      .min(1, 'is less than 1 minute')
      .max(most ?? Number.MAX_SAFE_INTEGER, `is more than ${most} minutes`),
  'id-as-typed': anyId,
  person: anyId,
  place: anyId,
  case: anyId,
  'person-or-case': anyId,
  'people-or-cases': () => z.string('is not a text').transform(severalIds),
  name: () => anyId().toLowerCase(),
  file: () => z.object({ name: z.string(), text: z.string() }, 'is not a file'),
  folder: () => z.string('is not a text').min(1, 'is empty'),
  instant: (_, zone) => z.string('is not a text').transform((given, context) => instantIn(given, zone, context)),
  day: () => z.iso.date('is not a day'),
  count: ({ least = 1, most = MOST_COUNTED }) =>
    z
      .number('is not a number')
      .int('is not a whole number')
      .min(least, `is below ${least}`)
      .max(most, `is above ${most}`),
  days: ({ most = MOST_DAYS }) => z.number('is not a number').min(0, 'is below 0').max(most, `is above ${most}`),
  cursor: () => z.string('is not a text').transform(placeIn),
};

function severalIds(given: string, context: z.RefinementCtx): string[] {
  const ids = given
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (ids.length >= 1 && ids.length <= MOST_IDS) return [...new Set(ids)];
  context.addIssue({ code: 'custom', message: `names ${ids.length} ids, not 1 to ${MOST_IDS}` });
  return z.NEVER;
}

function instantIn(given: string, zone: string, context: z.RefinementCtx): number {
  const read = readTime(given, zone);
  if ('instant' in read) return readInstant(read.instant);
  context.addIssue({ code: 'custom', message: read.reason });
  return z.NEVER;
}

function placeIn(cursor: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not a cursor' });
    return z.NEVER;
  }
}

const made = new WeakMap<Fields, Map<string, z.ZodObject>>();

/**
 * The strict schema of an object with these fields, built once per request and zone.
 * @param zone time zone of times without one.
 */
export function schemaOf(fields: Fields, zone: string): z.ZodObject {
  const inZones = made.get(fields) ?? new Map<string, z.ZodObject>();
  made.set(fields, inZones);
  const known = inZones.get(zone) ?? objectOf(fields, zone);
  inZones.set(zone, known);
  return known;
}

function objectOf(fields: Fields, zone: string): z.ZodObject {
  const shape = Object.entries(fields).map(([name, field]) => {
    const read = READS[field.kind](field, zone).describe(`${field.help[0]?.toUpperCase()}${field.help.slice(1)}`);
    if (field.otherwise !== undefined) return [name, read.default(field.otherwise)] as const;
    const cleared = field.clearable ? read.nullable() : read;
    // Null means the same as an absent field, unless null clears the field.
    if (field.required) return [name, cleared] as const;
    return [name, field.clearable ? cleared.optional() : cleared.nullish()] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

/**
 * Validates the input for these fields; null values of fields that cannot be cleared are omitted.
 * @param zone time zone of times without one.
 * @throws RowRefused that names every field that is missing, wrong or unknown, with what to do.
 */
export function readGiven<F extends Fields>(fields: F, given: unknown, zone: string): Given<F> {
  const fixes = Object.fromEntries(Object.entries(fields).map(([name, { fix }]) => [name, fix]));
  const read = readFields(schemaOf(fields, zone), fixes, given);
  const said = Object.entries(read).filter(([name, value]) => value !== null || fields[name]?.clearable);
  return Object.fromEntries(said) as Given<F>;
}
