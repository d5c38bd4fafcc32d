import type { SchemaObject } from '../../http/body-schema.js';
import { PERSON_IDS, type Shape } from '../define-rows.js';
import { jsonSchemaOf } from './json-schema.js';

/** The answers' shapes as OpenAPI shows them. */
const text: SchemaObject = { type: 'string' };
const count: SchemaObject = { type: 'integer', minimum: 0 };
const zone: SchemaObject = { type: 'string', description: 'Zone in which times without an offset were read.' };
const zone_assumed: SchemaObject = {
  type: 'boolean',
  description: 'A time had no offset and was read in `zone`.',
};

const fieldError: SchemaObject = {
  type: 'object',
  required: ['field', 'reason', 'fix'],
  properties: { field: text, reason: text, fix: text },
};
const warning: SchemaObject = {
  type: 'object',
  required: ['code', 'field', 'about', 'says'],
  properties: { code: text, field: text, about: text, says: text },
};

export const storedSchema: SchemaObject = {
  type: 'object',
  required: ['outcome', 'zone', 'zone_assumed'],
  properties: {
    outcome: {
      type: 'string',
      enum: ['accepted', 'new', 'unchanged'],
      description:
        'accepted: a check-in or a meeting, stored now or before; new: something changed; unchanged: it was known',
    },
    visit_id: { type: 'string', format: 'uuid', description: 'For a check-in: the visit, for later corrections.' },
    standing: {
      type: 'string',
      enum: ['superseded', 'reported-earlier', 'held'],
      description:
        'For a result that does not apply. superseded: it was reported before and has been replaced since; ' +
        'a new Idempotency-Key restates it on purpose. reported-earlier: it is kept, but the result reported later ' +
        'for this sample, person and disease applies. held: a date is impossible under the profile, and it does ' +
        'not count until a person has reviewed it.',
    },
    zone,
    zone_assumed,
    warnings: {
      type: 'array',
      items: warning,
      description: 'Remarks about it; absent if there are none.',
    },
    errors: { type: 'array', items: fieldError, description: 'Errors of parts that were refused; absent if none was.' },
  },
};

export const batchSchema: SchemaObject = {
  type: 'object',
  required: [
    'rows',
    'accepted',
    'new',
    'superseded',
    'reported_earlier',
    'held',
    'rejected',
    'zone',
    'zone_assumed',
    'errors',
    'errors_left_out',
    'warnings',
  ],
  properties: {
    rows: count,
    accepted: count,
    new: { ...count, nullable: true, description: 'Null for check-ins and proximity, for which it is not determined.' },
    superseded: { ...count, description: 'Results that were reported before and have been replaced since.' },
    reported_earlier: { ...count, description: 'Results that were reported earlier than the one that applies.' },
    held: { ...count, description: 'Results that wait for review, because one of their dates is impossible.' },
    rejected: count,
    zone,
    zone_assumed: { ...count, description: 'Rows with a time without an offset.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['row', 'field', 'reason', 'fix'],
        properties: { row: { type: 'integer', minimum: 1 }, field: text, reason: text, fix: text },
      },
    },
    errors_left_out: { ...count, description: 'Errors beyond those listed.' },
    warnings: {
      type: 'array',
      description: 'Remarks about accepted rows, each with the first rows that it applies to.',
      items: {
        type: 'object',
        required: ['code', 'rows', 'first', 'about', 'says'],
        properties: {
          ...{ code: text, rows: count, says: text },
          first: { type: 'array', items: { type: 'integer', minimum: 1 } },
          about: { type: 'array', items: text },
        },
      },
    },
  },
};

export const statedSchema: SchemaObject = {
  type: 'object',
  required: ['zone', 'zone_assumed'],
  properties: { zone, zone_assumed },
};

export const groupSchema: SchemaObject = {
  type: 'object',
  required: ['visits', 'errors', 'warnings'],
  properties: {
    visits: {
      type: 'array',
      items: {
        type: 'object',
        required: ['person_id', 'visit_id'],
        properties: { person_id: text, visit_id: { type: 'string', format: 'uuid' } },
      },
    },
    errors: {
      type: 'array',
      description: 'Errors of people who were not accepted, each with the id.',
      items: fieldError,
    },
    warnings: { type: 'array', items: warning, description: 'Remarks, such as about people who were unknown before.' },
  },
};

/** The OpenAPI schema of a row with several people. */
export function groupJsonSchema(shape: Shape): SchemaObject {
  const { properties = {}, ...single } = jsonSchemaOf(shape);
  const { person_id: personId, ...rest } = properties;
  const ids: SchemaObject = { type: 'array', items: personId ?? {}, minItems: 1 };
  return {
    ...single,
    properties: { [PERSON_IDS]: { ...ids, description: 'The people who came; as text, separated by |.' }, ...rest },
    required: [PERSON_IDS, ...(single.required ?? []).filter((name) => name !== 'person_id')],
  };
}
