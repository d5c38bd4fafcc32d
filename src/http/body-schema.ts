import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

export type SchemaObject = Exclude<Extract<ApiBodyOptions, { schema: unknown }>['schema'], { $ref: string }>;

/** What an answer is made of, as OpenAPI says it. */
export function answerSchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'output', target: 'openapi-3.0' }) as SchemaObject;
}

/** What a body takes in, as OpenAPI says it. */
export function bodySchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' }) as SchemaObject;
}
