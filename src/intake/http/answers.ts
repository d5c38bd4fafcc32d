import type { SchemaObject } from '../../http/body-schema.js';
import { PERSON_IDS, type Shape } from '../define-rows.js';
import { jsonSchemaOf } from './json-schema.js';

/** The answers' shapes as OpenAPI shows them. */
const text: SchemaObject = { type: 'string' };
const count: SchemaObject = { type: 'integer', minimum: 0 };
const zone: SchemaObject = { type: 'string', description: 'Zone of times that carried none.' };
const zone_assumed: SchemaObject = {
  type: 'boolean',
  description: 'A time carried no offset: it was read in `zone`.',
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
        'accepted: a check-in or a meeting, stored now or before; new: it said something new; unchanged: it was known',
    },
    visit_id: { type: 'string', format: 'uuid', description: 'Of a check-in: names the visit in later corrections.' },
    standing: {
      type: 'string',
      enum: ['superseded', 'reported-earlier', 'held'],
      description:
        "Of a result that is not the laboratory's last word. superseded: it was said before, and something else since; " +
        'an Idempotency-Key of its own states it again on purpose. reported-earlier: it is kept, and what was reported ' +
        'later of this sample, person and disease holds. held: the profile makes a date impossible, and it counts for ' +
        'nothing until a person has looked at it.',
    },
    zone,
    zone_assumed,
    warnings: {
      type: 'array',
      items: warning,
      description: 'What else there is to say of it; left out where nothing.',
    },
    errors: { type: 'array', items: fieldError, description: 'What of it could not be taken; left out where all was.' },
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
    new: { ...count, nullable: true, description: 'Null for check-ins and proximity, of which it is not asked.' },
    superseded: { ...count, description: 'Results said before, in whose place something else was said since.' },
    reported_earlier: { ...count, description: 'Results kept that were reported before what holds.' },
    held: { ...count, description: 'Results that wait for a person, since a date of theirs is impossible.' },
    rejected: count,
    zone,
    zone_assumed: { ...count, description: 'Rows with such a time.' },
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
      description: 'What else there is to say of rows that were taken, and the first rows of which.',
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
      description: 'People who could not be taken, each named.',
      items: fieldError,
    },
    warnings: { type: 'array', items: warning, description: 'Such as people of whom nothing was known before.' },
  },
};

/** The OpenAPI schema of a row with several people. */
export function groupJsonSchema(shape: Shape): SchemaObject {
  const { properties = {}, ...single } = jsonSchemaOf(shape);
  const { person_id: personId, ...rest } = properties;
  const ids: SchemaObject = { type: 'array', items: personId ?? {}, minItems: 1 };
  return {
    ...single,
    properties: { [PERSON_IDS]: { ...ids, description: 'Who came; as text, separated by |.' }, ...rest },
    required: [PERSON_IDS, ...(single.required ?? []).filter((name) => name !== 'person_id')],
  };
}
