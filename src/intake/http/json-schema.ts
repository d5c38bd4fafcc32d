import { bodySchema, type SchemaObject } from '../../http/body-schema.js';
import { Clock } from '../clock.js';
import type { Shape } from '../define-rows.js';
import { rowSchema } from '../row-schema.js';

const utc = new Clock('UTC');

/** What objects of a shape take in, as OpenAPI says it. */
export function jsonSchemaOf(shape: Shape): SchemaObject {
  return bodySchema(rowSchema(shape, utc));
}
