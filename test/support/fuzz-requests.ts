import { cursorOf, kindOf, KnownThings, type Fields } from './fuzz-known.js';
import { routesOf, type ApiDocument, type Route } from './fuzz-routes.js';
import { HOSTILE_TEXTS, honest, hostile, timeAfter, type Chance, type Schema } from './fuzz-values.js';

export interface FuzzRequest {
  method: string;
  /** As in "GET /v1/questions/cases"; undefined if the request tries another method on a path. */
  route: string | undefined;
  /** With its query, in ASCII. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const TYPES = [
  ...['application/json', 'application/x-ndjson', 'text/plain', 'text/csv', 'application/xml', 'multipart/form-data'],
  ...['application/json; charset=utf-16', 'application/json; charset=nonsense', 'application/problem+json', 'x', ''],
  ...['application/x-www-form-urlencoded', 'APPLICATION/JSON', 'application/json;;', '*/*'],
];
const REPEATED = 0.05;
/** How often a request is about something that an earlier answer named, if that is possible. */
const KNOWN = 0.7;
/** How often the next page is requested, if there is one. */
const NEXT_PAGE = 0.3;
/** Most hours that a question covers. */
const UNTIL = 240;
const KEPT = 50;
/** Number of requests after which an id is no longer used and a new one begins: nobody has a thousand phones. */
const ID_LASTS = 40;
/** Most bytes of a request, with few exceptions. */
const LARGE = 3_000_000;

/**
 * Endless requests to all routes of a document. The same random numbers give the same requests, except for ids from
 * earlier answers, which are used where possible.
 */
export class FuzzRequests {
  readonly routes: readonly Route[];
  readonly #sent: FuzzRequest[] = [];
  #made = 0;

  constructor(
    document: ApiDocument,
    private readonly chance: Chance,
    private readonly known: KnownThings,
  ) {
    this.routes = routesOf(document);
  }

  next(): FuzzRequest {
    const chance = this.chance;
    if (this.#sent.length > 0 && chance.random() < REPEATED) return chance.pick(this.#sent);
    chance.first = Math.floor(this.#made++ / ID_LASTS);
    const request = this.#request(chance.pick(this.routes));
    if (this.#sent.length < KEPT) this.#sent.push(request);
    else this.#sent[chance.below(KEPT)] = request;
    return request;
  }

  #request(route: Route): FuzzRequest {
    const { method, path, parameters = [], requestBody } = route;
    const chance = this.chance;
    // One request in three is valid throughout.
    const wrong = chance.pick([0, 0.1, 0.4]);
    const name = `${method} ${path}`;
    const known = this.#about(route, name);
    const headers: Record<string, string> = {};
    const { target, query } = this.#target(path, parameters, headers, known, wrong);
    if (chance.random() < wrong / 4) query.push(chance.pick(['__proto__[a]=1', 'a', '=', '&&', '%', 'unknown=1']));
    const other = chance.random() < wrong / 8;
    const body = requestBody && this.#body(requestBody.content, headers, known, wrong);
    // Without it, Node would send the body of a GET as if it were the next request.
    if (body) headers['content-length'] = String(body.length);
    return {
      method: other ? chance.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'GET', 'POST']) : method,
      route: other ? undefined : name,
      path: target + (query.length > 0 ? `?${query.join('&')}` : ''),
      headers,
      body,
    };
  }

  /** Fields of an existing thing or page; empty as often as requests are about unknown things. */
  #about(route: Route, name: string): Fields {
    const kind = kindOf(route);
    const thing = this.known.pick(kind ?? '', this.chance);
    const page = this.known.pick(cursorOf(name), this.chance);
    return {
      ...(this.chance.random() < KNOWN && thing),
      ...(this.chance.random() < NEXT_PAGE && page),
    };
  }

  #target(
    path: string,
    parameters: NonNullable<Route['parameters']>,
    headers: Record<string, string>,
    known: Fields,
    wrong: number,
  ): { target: string; query: string[] } {
    const chance = this.chance;
    const query: string[] = [];
    let target = path;
    let from = '';
    for (const { name, in: where, required, description = '', schema: own = { type: 'string' } } of parameters) {
      const schema = { description, ...own };
      const bad = chance.random() < wrong;
      const there = known[name];
      // Cursors are never invented here; the hostile requests do that.
      const skipped = where !== 'path' && !required && chance.random() < (name === 'cursor' && !bad ? 1 : 0.5);
      if (skipped && there === undefined) continue;
      // A question is about either a case or a person.
      if (name === 'person' && !required && 'case' in known) continue;
      if (required && where !== 'path' && bad && chance.random() < 0.2) continue;
      const made = name === 'until' && from !== '' ? timeAfter(from, UNTIL, chance) : honest(schema, name, chance);
      const value = text(bad ? hostile(schema, name, chance) : (there ?? made));
      if (name === 'from' && !bad && /ISO 8601/.test(schema.description)) from = value;
      if (where === 'path') target = target.replace(`{${name}}`, escaped(value, chance, wrong) || '%20');
      else if (where === 'header') headers[name] = headerOf(value);
      else query.push(`${escaped(name, chance, 0)}=${escaped(value, chance, wrong)}`);
      if (where === 'query' && bad && chance.random() < 0.2)
        query.push(chance.pick([query.at(-1) ?? '', `${name}[]=1`, `${name}[a]=1`]));
    }
    return { target, query };
  }

  #body(
    content: Record<string, { schema?: Schema }>,
    headers: Record<string, string>,
    known: Fields,
    wrong: number,
  ): Buffer {
    const chance = this.chance;
    const type = chance.pick(Object.keys(content));
    const schema = content[type]?.schema ?? {};
    headers['content-type'] = chance.random() < wrong / 4 ? chance.pick(TYPES) : type;
    if (chance.random() < wrong / 20) headers['content-encoding'] = chance.pick(['gzip', 'br', 'nonsense']);
    const lines = type === 'application/x-ndjson' ? 1 + chance.below(12) : 1;
    const form = type === 'application/x-www-form-urlencoded';
    const rows = Array.from({ length: lines }, () => (form ? formOf : jsonOf)(this.#object(schema, known, wrong)));
    if (chance.random() < wrong / 10) return this.#broken(rows.join('\n'));
    return Buffer.from(rows.join(chance.random() < 0.2 ? '\r\n' : '\n'), 'utf8');
  }

  #object(schema: Schema, known: Fields, wrong: number): unknown {
    const chance = this.chance;
    if (chance.random() < wrong / 8) return hostile(schema, '', chance);
    const value = honest(schema, '', chance, known) as Record<string, unknown>;
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([name, given]): [string, unknown] => {
      const field = schema.properties?.[name] ?? {};
      return [name, chance.random() < wrong ? hostile(field, name, chance) : given];
    });
    if (chance.random() < wrong / 4) fields.splice(chance.below(fields.length), 1);
    if (chance.random() < wrong / 4)
      fields.push([chance.pick(['__proto__', 'constructor', ...HOSTILE_TEXTS]), { a: 1 }]);
    return Object.fromEntries(fields);
  }

  /** Invalid or barely valid JSON: cut off, not UTF-8, far too deep, far too large, repeated keys. */
  #broken(good: string): Buffer {
    const chance = this.chance;
    const deep = 1 + chance.below(50_000);
    return chance.pick<() => Buffer>([
      () => Buffer.from(good.slice(0, chance.below(good.length))),
      () => Buffer.concat([Buffer.from(good), Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])]),
      () => Buffer.from(good, 'utf16le'),
      () => Buffer.from('['.repeat(deep) + ']'.repeat(deep)),
      () => Buffer.from('{"a":'.repeat(deep) + '1' + '}'.repeat(deep)),
      () => Buffer.from(good.replace('{', '{"person_id":"p1","person_id":"p2",')),
      () => Buffer.from(`\ufeff${good}`),
      () => Buffer.from(`${good}\n\n\0\n${good}`),
      () => Buffer.from(`"${'z'.repeat(chance.random() < 0.1 ? LARGE : 10_000)}"`),
      () => Buffer.alloc(0),
    ])();
  }
}

/** Lone surrogates are kept, because JSON writes them as escapes. A field `__proto__` is written like any other. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function formOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return jsonOf(value);
  return new URLSearchParams(
    Object.entries(value).map(([name, each]): [string, string] => [name, text(each)]),
  ).toString();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : jsonOf(value);
}

/** Escaped for a URL, and sometimes wrongly. */
function escaped(value: string, chance: Chance, wrong: number): string {
  if (chance.random() < wrong / 10) return chance.pick(['%ff', '%', '%zz', '%c0%80', '%ed%a0%80', '%00', '%0d%0a']);
  const bytes = Buffer.from(value.slice(0, 20_000), 'utf8');
  return [...bytes]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[\w.~-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** Only what a client can put into a header. */
function headerOf(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 20_000);
}
