import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../clock.js';
import { rowSchemas, visitSchemas } from '../rows.js';

export type SchemaObject = Exclude<Extract<ApiBodyOptions, { schema: unknown }>['schema'], { $ref: string }>;

const utc = new Clock('UTC');
const schemas: Record<string, z.ZodType> = { ...rowSchemas(utc), ...visitSchemas(utc) };

/** What a kind of row takes in, as OpenAPI says it. */
export function jsonSchemaOf(kind: string): SchemaObject {
  const schema = schemas[kind];
  if (!schema) throw new Error(`there is no schema of ${kind}`);
  return z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' }) as SchemaObject;
}
