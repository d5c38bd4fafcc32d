import type { z } from 'zod';
import { Clock } from '../clock.js';
import { rowSchemas, visitSchemas } from '../rows.js';
import { bodySchema, type SchemaObject } from '../../http/body-schema.js';

const utc = new Clock('UTC');
const schemas: Record<string, z.ZodType> = { ...rowSchemas(utc), ...visitSchemas(utc) };

/** A check-in of several people. */
export function groupJsonSchema(): SchemaObject {
  const { properties = {}, ...single } = jsonSchemaOf('check-ins');
  const { person_id: personId, ...rest } = properties;
  const ids: SchemaObject = { type: 'array', items: personId ?? {}, minItems: 1 };
  return {
    ...single,
    properties: { person_ids: { ...ids, description: 'Who came; as text, separated by |.' }, ...rest },
    required: ['person_ids', ...(single.required ?? []).filter((name) => name !== 'person_id')],
  };
}

/** What a kind of row takes in, as OpenAPI says it. */
export function jsonSchemaOf(kind: string): SchemaObject {
  const schema = schemas[kind];
  if (!schema) throw new Error(`there is no schema of ${kind}`);
  return bodySchema(schema);
}
