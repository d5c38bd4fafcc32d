import { z } from 'zod';
import type { Clock } from './clock.js';
import type { Cells, Column, ColumnKind, Columns, Shape } from './define-rows.js';
import {
  impersonal,
  impersonalId,
  instant,
  language,
  number,
  olderOrNewId,
  oneOf,
  opaqueId,
  pastInstant,
  phone,
  text,
} from './fields.js';

const LONGEST_TEXT = 200;

type Reads = { [Kind in ColumnKind]: (column: Column, name: string, clock: Clock) => z.ZodType };

const READS: Reads = {
  id: ({ help }) => impersonalId(help),
  'opaque-id': ({ help }) => opaqueId(help),
  'older-id': ({ help, personal = false }, name, clock) =>
    olderOrNewId(clock, name, personal ? help : impersonal(help), { personal }),
  text: ({ help, most = LONGEST_TEXT }) => text(help, most),
  number: ({ help, integer = false, from = 0, to = Number.MAX_SAFE_INTEGER }) =>
    number({ description: help, integer, from, to }),
  choice: ({ help, choices = [] }) => oneOf(help, choices),
  moment: ({ help, planned, day }, _, clock) => (planned ? instant(clock, help, day) : pastInstant(clock, help, day)),
  phone: ({ help }, _, clock) => phone(clock, help),
  language: ({ help }, _, clock) => language(clock, help),
};

/** The schema of a shape. It checks and types the fields and reports every wrong one. */
export function rowSchema<C extends Columns, Row>(shape: Shape<C, Row>, clock: Clock): z.ZodType<Row> {
  const cells = Object.entries(shape.columns).map(([name, column]) => {
    const read = READS[column.kind](column, name, clock);
    return [name, column.required ? read : read.optional()] as const;
  });
  return z
    .strictObject(Object.fromEntries(cells))
    .superRefine((given, ctx) => shape.check?.(ctx, clock, given as Cells<C>))
    .transform((given) => shape.row(given as Cells<C>, clock));
}
