import type { EventDefinition } from '../../src/kernel/event.js';
import type { DomainEvent } from './events.js';
import fc from 'fast-check';
import type { z } from 'zod';
import { formatInstant, LATEST_INSTANT } from '../../src/kernel/instant.js';
import { builtInProfiles } from '../../src/cases/profiles.js';

/**
 * Event content generated only from the schemas that the log checks: anything that a schema accepts may occur, with
 * limits and odd values first.
 */

interface Def {
  type: string;
  checks?: { _zod: { def: { check: string } } }[];
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: z.ZodType[];
  entries?: Record<string, string>;
  values?: unknown[];
}

const defOf = (schema: z.ZodType) => schema._zod.def as Def;

/** Values that events use repeatedly, so that they affect each other. */
const FEW = ['An', 'Binh', 'cafe', 'c1', 'a1', 'covid-19', 'none'];
const ODD = ['x\ud800', '\udc00', '\u0000', 'é', 'e\u0301', '"', '\\', '👩‍👩‍👧', ' ', '', '-1', '$type', '0'];
const instants = fc.oneof(
  fc.constantFrom(0, 1, 86_399, 86_400, 1_628_000_000, LATEST_INSTANT - 1, LATEST_INSTANT),
  fc.integer({ min: 1_628_000_000, max: 1_628_400_000 }),
  fc.integer({ min: 0, max: LATEST_INSTANT }),
);
const BAD_TIMES = ['1969-12-31T23:59:59Z', '2106-02-07T06:28:16Z', '2021-02-30T00:00:00Z', '9999-12-31T23:59:59Z'];
/** Length of a text without a limit. */
const LONG = 10_000;

/** Everything that a schema accepts. */
export function contentOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return anyOf(schema).filter((value) => schema.safeParse(value).success);
}

/** An event of a type, as the catalogue accepts it. */
export function eventOf({ type, schema }: EventDefinition): fc.Arbitrary<DomainEvent> {
  return contentOf(schema).map((data) => ({ type, data }) as DomainEvent);
}

function anyOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const def = defOf(schema);
  const checks = (def.checks ?? []).map((check): Record<string, unknown> => ({ ...check._zod.def }));
  switch (def.type) {
    case 'string':
      return textOf(checks);
    case 'number':
      return numberOf(checks, 'format' in def);
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(def.values ?? []));
    case 'nullable':
      return fc.oneof(fc.constant(null), contentOf(def.innerType as z.ZodType));
    case 'optional':
      return fc.oneof(fc.constant(undefined), contentOf(def.innerType as z.ZodType));
    case 'union':
      return fc.oneof(...(def.options ?? []).map(contentOf));
    case 'array': {
      const least = boundOf(checks, 'minimum') ?? 0;
      return fc.array(contentOf(def.element as z.ZodType), { minLength: least, maxLength: Math.max(3, least) });
    }
    case 'object':
      return objectOf(def.shape ?? {});
    case 'record':
      return fc.oneof(
        fc.dictionary(fc.constantFrom(...FEW), fc.jsonValue()),
        fc.constantFrom<object>(...builtInProfiles()),
      );
    default:
      throw new Error(`content of a ${def.type} is not known here`);
  }
}

function objectOf(shape: Record<string, z.ZodType>): fc.Arbitrary<unknown> {
  const fields = Object.entries(shape).map(([name, each]) => [name, contentOf(each)] as const);
  const lengths = fc.constantFrom(0, 1, 3600, 86_400, 366 * 86_400, 366 * 86_400 + 1, 400 * 86_400, LATEST_INSTANT);
  return fc.tuple(fc.record(Object.fromEntries(fields)), fc.nat(9), lengths).map(([made, near, lasts]) => {
    const data = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
    // Two random times are decades apart, but most stays are shorter.
    const { arrivedAt, leftAt } = data as { arrivedAt?: string; leftAt?: unknown };
    if (near > 0 && typeof leftAt === 'string' && arrivedAt !== undefined) {
      data['leftAt'] = formatInstant(Math.min(LATEST_INSTANT, Date.parse(arrivedAt) / 1000 + lasts));
    }
    // The two fields occur together or not at all.
    if ('others' in data !== 'ill' in data) {
      delete data['others'];
      delete data['ill'];
    }
    return data;
  });
}

function textOf(checks: Record<string, unknown>[]): fc.Arbitrary<string> {
  const most = boundOf(checks, 'maximum') ?? LONG;
  const pattern = checks.find((check) => check['pattern'] instanceof RegExp)?.['pattern'] as RegExp | undefined;
  if (pattern) {
    return fc.oneof(
      fc.stringMatching(pattern),
      instants.map((at) => formatInstant(at)).map((text) => (pattern.test(text) ? text : text.slice(0, 10))),
      fc.constantFrom(...BAD_TIMES, ...BAD_TIMES.map((text) => text.slice(0, 10)), '9'.repeat(19), '1/1'),
    );
  }
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FEW) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD) },
    { weight: 1, arbitrary: fc.constantFrom('x', 'ế', '"').map((each) => each.repeat(most)) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  );
}

function numberOf(checks: Record<string, unknown>[], whole: boolean): fc.Arbitrary<number> {
  const least = boundOf(checks, 'value', 'greater_than');
  const most = boundOf(checks, 'value', 'less_than');
  if (!whole) {
    const min = least ?? -Number.MAX_VALUE;
    return fc.oneof(fc.constantFrom(0, 1, 12.5, 1440), fc.double({ min, noNaN: true, noDefaultInfinity: true }));
  }
  const bounds = { min: least ?? Number.MIN_SAFE_INTEGER, max: most ?? Number.MAX_SAFE_INTEGER };
  return fc.oneof(
    fc.constantFrom(1, 2, bounds.min, bounds.max),
    fc.integer({ min: bounds.min, max: 10 }),
    fc.integer(bounds),
  );
}

function boundOf(checks: Record<string, unknown>[], field: string, check?: string): number | undefined {
  const found = checks.find((each) => typeof each[field] === 'number' && (!check || each['check'] === check));
  return found?.[field] as number | undefined;
}
