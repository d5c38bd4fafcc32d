import type { ApiQueryOptions } from '@nestjs/swagger';
import type { Field, FieldKind } from '../kernel/fields.js';

type SchemaObject = NonNullable<Extract<ApiQueryOptions, { schema?: unknown }>['schema']>;

const SCHEMAS: Partial<Record<FieldKind, SchemaObject>> = {
  instant: { type: 'string', description: 'ISO 8601.' },
  count: { type: 'integer', minimum: 1 },
  minutes: { type: 'integer', minimum: 1 },
  days: { type: 'number', minimum: 0 },
  day: { type: 'string', format: 'date' },
  flag: { type: 'boolean' },
};

/** The OpenAPI schema of a field in the query string. */
export function querySchema({ kind, most, choices, otherwise }: Field): SchemaObject {
  const isNumber = kind === 'count' || kind === 'days' || kind === 'minutes';
  return {
    ...(SCHEMAS[kind] ?? { type: 'string' }),
    // For texts `most` is their length.
    ...(isNumber && most !== undefined ? { maximum: most } : {}),
    ...(choices === undefined ? {} : { enum: [...choices] }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
  };
}
