import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

export type SchemaObject = Exclude<Extract<ApiBodyOptions, { schema: unknown }>['schema'], { $ref: string }>;

/** The OpenAPI schema of an answer. */
export function answerSchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'output', target: 'openapi-3.0' }) as SchemaObject;
}

/** The OpenAPI schema of a body. */
export function bodySchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' }) as SchemaObject;
}
