import type { SchemaObject } from './body-schema.js';

/** The answers' shapes as OpenAPI shows them. */
const text: SchemaObject = { type: 'string' };
const count: SchemaObject = { type: 'integer', minimum: 0 };
const zone: SchemaObject = { type: 'string', description: 'Zone of times that carried none.' };
const zone_assumed: SchemaObject = { type: 'boolean', description: 'A time carried no offset: it was read in `zone`.' };

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
      enum: ['superseded', 'reported-earlier'],
      description:
        "Of a result that is not the laboratory's last word. superseded: it was said before, and something else since; " +
        'an Idempotency-Key of its own states it again on purpose. reported-earlier: it is kept, and what was reported ' +
        'later of this sample, person and disease holds.',
    },
    zone,
    zone_assumed,
  },
};

export const changedSchema: SchemaObject = {
  type: 'object',
  required: ['zone', 'zone_assumed'],
  properties: { zone, zone_assumed },
};

export const batchSchema: SchemaObject = {
  type: 'object',
  required: [
    'rows',
    'accepted',
    'new',
    'superseded',
    'reported_earlier',
    'rejected',
    'zone',
    'zone_assumed',
    'errors',
    'errors_left_out',
  ],
  properties: {
    rows: count,
    accepted: count,
    new: { ...count, nullable: true, description: 'Null for check-ins and proximity, of which it is not asked.' },
    superseded: { ...count, description: 'Results said before, in whose place something else was said since.' },
    reported_earlier: { ...count, description: 'Results kept that were reported before what holds.' },
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
  },
};

export const groupSchema: SchemaObject = {
  type: 'object',
  required: ['visits', 'errors'],
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
      items: {
        type: 'object',
        required: ['field', 'reason', 'fix'],
        properties: { field: text, reason: text, fix: text },
      },
    },
  },
};
