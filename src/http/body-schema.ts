import type { ApiBodyOptions } from '@nestjs/swagger';
import { z } from 'zod';

export type SchemaObject = Exclude<Extract<ApiBodyOptions, { schema: unknown }>['schema'], { $ref: string }>;

/** What a body takes in, as OpenAPI says it. */
export function bodySchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' }) as SchemaObject;
}
