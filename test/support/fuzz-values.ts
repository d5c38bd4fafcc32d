/** Values for the fuzz: those of a valid client, and those of a broken or hostile one. */

export interface Chance {
  /** From 0 to 1. */
  random: () => number;
  /** A whole number below the limit. */
  below(limit: number): number;
  pick<T>(all: readonly T[]): T;
  /** Milliseconds since 1970; valid times are before it, with few exceptions. */
  now: number;
  /** The first of the ids that requests currently use. */
  first: number;
}

export function chanceFrom(random: () => number, now: number): Chance {
  const below = (limit: number) => Math.floor(random() * limit);
  return { random, below, now, first: 0, pick: <T>(all: readonly T[]) => all[below(all.length)] as T };
}

/** The part of OpenAPI that is needed here. */
export interface Schema {
  type?: string;
  format?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  example?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

const MANY = 100_000;
const LONE = ['\ud800', 'a\udc00b', '\udfff\ud800'];

/** Text that is wrong or unusual in some way. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...LONE,
  ...['', ' ', '\0', 'a\0b', '\u0001\u0007\u001b[31m', '\r\nSet-Cookie: a=b', '\t', '\u0085', '\u2028'],
  // Invisible: zero width, joiners, a byte order mark, soft hyphens, tags.
  ...['\u200b', 'p\u200b1', 'p\u200d1', '\ufeffp1', 'p\u00ad1', 'p\u2060\u034f1', '\u{e0041}\u{e0042}'],
  // Right to left.
  ...['\u202ep1', '\u2066p1\u2069', 'שלום', 'مرحبا 12', '\u200f'],
  // Composed and decomposed letters, and lookalikes.
  ...['Nguyễn Văn Ấn', 'Nguyễn Văn Ấn'.normalize('NFD'), 'é', 'e\u0301', 'ﬁ', 'Å', 'р1', '１２３', 'K'],
  ...['a'.repeat(101), 'ấ'.repeat(100), '👩‍👩‍👧‍👦'.repeat(20), 'a\u0300'.repeat(200), 'x'.repeat(5_000)],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true', '[object Object]'],
  ...[
    "' OR 1=1 --",
    '") MATCH (n) DETACH DELETE n //',
    '${jndi:ldap://127.0.0.1/a}',
    '{{7*7}}',
    '<script>',
    '%00',
    '%s%n',
  ],
  ...['../../etc/passwd', '..%2f..%2f', '/', '//', '?', '#', '&a=b', 'a,b', '"', '\\', '`', '*', '$all', '$$x', '-1'],
  ...['+84901234567', '0901234567', '079123456789', 'presence-p1-202108', '00000000-0000-0000-0000-000000000000'],
];

const HOSTILE_TIMES: readonly string[] = [
  ...['2021-08-01', '2021-02-30T10:00:00Z', '2021-08-01T24:00:00Z', '2021-08-01T23:59:60Z', '0000-01-01T00:00:00Z'],
  ...['9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', '+275760-09-14T00:00:00Z', '-271821-04-20T00:00:00Z'],
  ...['1969-12-31T23:59:59Z', '1900-01-01T00:00:00Z', '2021-08-01T09:00:00+99:99', '2021-08-01T09:00:00+23:59'],
  ...['2021-08-01T09:00:00.123456789Z', '2021-08-01T09:00:00Z[Europe/London]', '2021-W31-1', '2021-213', '1627776000'],
  ...[
    '01/08/2021',
    '2021-08-01T09:00',
    '2021-08-01 09:00',
    'now',
    '２０２１-08-01T09:00:00Z',
    '2021-08-01T09:00:00Z\0',
  ],
];

const HOSTILE_NUMBERS: readonly unknown[] = [
  ...[0, -0, -1, 0.1, 1e-320, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, -(2 ** 63)],
  ...['1', '1e3', '0x10', '1_000', '١٢', ' 5 ', '', '-0', '5.0', 'Infinity', 'NaN', null, true, [], {}],
];

/** Ids of people, places and so on: few at a time, so that requests affect each other. */
function idOf(chance: Chance): string {
  return chance.random() < 0.05
    ? `${chance.pick(['Ấn', 'e\u0301', 'é', 'p ', 'P'])}${chance.first + chance.below(10)}`
    : `p${chance.first + chance.below(60)}`;
}

function timeOf(chance: Chance): string {
  const years = chance.random() < 0.9 ? 0 : chance.below(20) - 10;
  const at = chance.now - chance.below(30 * 86_400) * 1000 + years * 365 * 86_400_000;
  const text = new Date(at).toISOString();
  return chance.pick([text, text.slice(0, 19), text.slice(0, 19) + '+07:00', text.slice(0, 16), text.slice(0, 10)]);
}

/** Times that come after another time of the same object, and the most hours in between. */
const AFTER: Readonly<Record<string, readonly [start: string, hours: number]>> = {
  left_at: ['arrived_at', 8],
  ended_at: ['started_at', 8],
  reported_at: ['collected_at', 72],
  infectious_until: ['infectious_from', 240],
};

/** A time after the start, in the same format. */
export function timeAfter(start: string, hours: number, chance: Chance): string {
  const zone = /Z$|[+-]\d\d:\d\d$/.test(start);
  const at = Date.parse(zone || !start.includes('T') ? start : `${start}Z`) + chance.below(hours * 3_600) * 1_000;
  const end = new Date(Math.min(at, Math.max(chance.now, Date.parse(start.slice(0, 10)))));
  // A start from an earlier request may be a valid time to the program but not to JavaScript.
  if (Number.isNaN(end.getTime())) return start;
  const text = end.toISOString();
  return zone ? text : text.slice(0, 19);
}

/**
 * A value that fits the schema and the field's name.
 * @param known values of some fields of an object.
 */
export function honest(
  schema: Schema,
  name: string,
  chance: Chance,
  known: Readonly<Record<string, string>> = {},
): unknown {
  const one = schema.anyOf ?? schema.oneOf;
  if (one) return honest(chance.pick(one), name, chance, known);
  if (schema.enum) return chance.pick(schema.enum);
  switch (schema.type) {
    case 'integer':
    case 'number': {
      const least = schema.minimum ?? 0;
      const range = Math.min((schema.maximum ?? least + 100) - least, 1_000);
      const value = least + chance.random() * range;
      return schema.type === 'integer' ? Math.round(value) : value;
    }
    case 'boolean':
      return chance.random() < 0.5;
    case 'array':
      return Array.from({ length: 1 + chance.below(4) }, () => honest(schema.items ?? {}, name, chance));
    case 'object': {
      const fields = Object.entries(schema.properties ?? {});
      const required = new Set(schema.required);
      const given = fields.filter(([field]) => required.has(field) || chance.random() < 0.5);
      const made: Record<string, unknown> = {};
      for (const [field, each] of given) {
        const [start = '', hours = 0] = AFTER[field] ?? [];
        const from = made[start];
        const value = typeof from === 'string' ? timeAfter(from, hours, chance) : honest(each, field, chance);
        made[field] = known[field] ?? value;
      }
      return made;
    }
    default:
      return honestText(schema, name, chance);
  }
}

function honestText({ description = '', format, example }: Schema, name: string, chance: Chance): string {
  if (format === 'date') return timeOf(chance).slice(0, 10);
  if (/^Who /.test(description)) return idOf(chance);
  if (/ISO 8601/.test(description) || /(_at|_time|^from|^until|due|as_of|_from|_until)$/.test(name)) {
    return timeOf(chance);
  }
  if (name === 'phone') return `09${String(10_000_000 + chance.below(89_999_999))}`;
  if (name === 'disease') return chance.pick(['covid-19', 'covid-19', 'measles', 'mers', 'tuberculosis']);
  if (name === 'language') return chance.pick(['vi', 'en']);
  if (name === 'seat') return `${1 + chance.below(30)}${chance.pick(['A', 'B', 'C'])}`;
  if (typeof example === 'string' && chance.random() < 0.3) return example;
  return idOf(chance);
}

/** A value that does not fit, or barely does. */
export function hostile(schema: Schema, name: string, chance: Chance): unknown {
  const kind = chance.random();
  if (kind < 0.55) return hostileText(schema, chance);
  if (kind < 0.7) return chance.pick(HOSTILE_NUMBERS);
  if (kind < 0.8) return chance.pick<unknown>([null, true, false, [], {}, [[]], [null], { a: 1 }]);
  if (kind < 0.9) return [honest(schema, name, chance), honest(schema, name, chance)];
  if (kind < 0.98)
    return { __proto__: null, [chance.pick(['constructor', 'toString', '$ne', 'length'])]: idOf(chance) };
  return nested(1 + chance.below(2_000));
}

function hostileText({ description = '' }: Schema, chance: Chance): string {
  if (/ISO 8601/.test(description) && chance.random() < 0.7) return chance.pick(HOSTILE_TIMES);
  if (chance.random() < 0.01) return 'y'.repeat(chance.below(MANY));
  const text = chance.pick(HOSTILE_TEXTS);
  return chance.random() < 0.3 ? `p1${text}` : text;
}

/** Nested arrays or objects. */
export function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}
