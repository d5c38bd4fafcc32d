import { bodySchema, type SchemaObject } from '../../http/body-schema.js';
import { Clock } from '../clock.js';
import type { Shape } from '../define-rows.js';
import { rowSchema } from '../row-schema.js';

const utc = new Clock('UTC');

/** The OpenAPI schema of objects of a shape. */
export function jsonSchemaOf(shape: Shape): SchemaObject {
  return bodySchema(rowSchema(shape, utc));
}
