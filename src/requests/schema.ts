import { z } from 'zod';
import type { Field, Fields, FieldKind, Given } from '../kernel/fields.js';
import { clearText, readFields, text } from './read-fields.js';

const LONGEST_ID = 200;

type Reads = { [Kind in FieldKind]: (field: Field) => z.ZodType };

const READS: Reads = {
  id: ({ most = LONGEST_ID }) => text(most),
  line: ({ most = LONGEST_ID }) => text(most),
  'clear-line': ({ most = LONGEST_ID }) => clearText(most),
  choice: ({ choices = [] }) => z.enum(choices as [string, ...string[]], `is none of ${choices.join(', ')}`),
  flag: () => z.boolean('is neither true nor false'),
  minutes: ({ most }) =>
    z
      .int('is not a whole number of minutes')
      .min(1, 'is less than 1 minute')
      .max(most ?? Number.MAX_SAFE_INTEGER, `is more than ${most} minutes`),
};

const made = new WeakMap<Fields, z.ZodObject>();

/** What these fields take, as one object that takes no others; made once of the fields of a request. */
export function schemaOf(fields: Fields): z.ZodObject {
  const known = made.get(fields) ?? objectOf(fields);
  made.set(fields, known);
  return known;
}

function objectOf(fields: Fields): z.ZodObject {
  const shape = Object.entries(fields).map(([name, field]) => {
    const read = READS[field.kind](field).describe(`${field.help[0]?.toUpperCase()}${field.help.slice(1)}`);
    const cleared = field.clearable ? read.nullable() : read;
    // A field that says nothing may also say so by null, where null takes nothing back.
    if (field.required) return [name, cleared] as const;
    return [name, field.clearable ? cleared.optional() : cleared.nullish()] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

/**
 * Reads what is given for these fields; what is null and cannot be cleared is left out.
 * @throws RowRefused that names every field that is missing, wrong or not known, with what to do.
 */
export function readGiven<F extends Fields>(fields: F, given: unknown): Given<F> {
  const fixes = Object.fromEntries(Object.entries(fields).map(([name, { fix }]) => [name, fix]));
  const read = readFields(schemaOf(fields), fixes, given);
  const said = Object.entries(read).filter(([name, value]) => value !== null || fields[name]?.clearable);
  return Object.fromEntries(said) as Given<F>;
}
