import { jsonSchemaOf } from '../../intake/http/json-schema.js';
import { fieldError, text, warning, zone, zone_assumed } from '../../intake/http/answers.js';
import type { SchemaObject } from '../../http/body-schema.js';
import { checkIns } from '../store-check-ins.js';

/** The answers' shapes as OpenAPI shows them. */
export const changedSchema: SchemaObject = {
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

/** A check-in of several people. */
export function groupJsonSchema(): SchemaObject {
  const { properties = {}, ...single } = jsonSchemaOf(checkIns);
  const { person_id: personId, ...rest } = properties;
  const ids: SchemaObject = { type: 'array', items: personId ?? {}, minItems: 1 };
  return {
    ...single,
    properties: { person_ids: { ...ids, description: 'Who came; as text, separated by |.' }, ...rest },
    required: ['person_ids', ...(single.required ?? []).filter((name) => name !== 'person_id')],
  };
}
