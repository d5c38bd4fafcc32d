import type { FuzzRequest } from './fuzz-requests.js';
import type { Route } from './fuzz-routes.js';
import type { Chance } from './fuzz-values.js';

/** Fields that belong together in one request about an existing thing. */
export type Fields = Readonly<Record<string, string>>;

/**
 * An existing thing: a visit, a task with its contact, a case, a case whose alerts wait, a held result, a contact's
 * link, a provider's report, or a page's cursor.
 */
export type Known = readonly [kind: string, fields: Fields];

/** The number of things of each kind that are kept, newest first. */
const KEPT = 50;
/** The kind of thing by the name of a parameter, or of a field of a body. */
const KIND_OF: Readonly<Record<string, string>> = {
  ...{ visit_id: 'visit', task_id: 'task', sample_id: 'held', token: 'link', tag: 'report' },
  ...{ case_id: 'case', case: 'case', cases: 'case' },
};

/** What earlier answers named. Which one is picked depends only on the random numbers and on these answers. */
export class KnownThings {
  readonly #kinds = new Map<string, Fields[]>();

  add(all: readonly Known[]): void {
    for (const [kind, fields] of all) {
      const kept = this.#kinds.get(kind) ?? [];
      const text = JSON.stringify(fields);
      const others = kept.filter((each) => JSON.stringify(each) !== text);
      this.#kinds.set(kind, [...others, fields].slice(-KEPT));
    }
  }

  /** Draws one random number even if nothing is known, so that other answers do not change the requests of a seed. */
  pick(kind: string, chance: Chance): Fields | undefined {
    const drawn = chance.random();
    const kept = this.#kinds.get(kind) ?? [];
    return kept[Math.floor(drawn * kept.length)];
  }
}

/** The kind of thing that requests of a route are about; undefined if answers name no such things. */
export function kindOf({ path, parameters = [], requestBody }: Route): string | undefined {
  if (path === '/v1/questions/why') return 'contact';
  // These routes are only about cases whose alerts wait.
  if (path.startsWith('/v1/operations/cases/')) return 'waiting case';
  const fields = Object.keys(requestBody?.content['application/json']?.schema?.properties ?? {});
  const names = [...parameters.map(({ name }) => name), ...fields.filter((field) => field === 'case_id')];
  return names.map((name) => KIND_OF[name]).find((kind) => kind !== undefined);
}

export const cursorOf = (route: string): string => `cursor of ${route}`;

/** The things in an answer that later requests can be about. */
export function namedBy({ route = '', body }: Pick<FuzzRequest, 'route' | 'body'>, answer: string): Known[] {
  const said = fieldsIn(answer);
  const sent = fieldsIn(body?.toString('utf8') ?? '');
  const next = textIn(said, 'next');
  const items = listIn(said, 'items');
  const page: Known[] = next === undefined ? [] : [[cursorOf(route), { cursor: next }]];
  return [...page, ...thingsIn(route, said, sent, items)];
}

type Json = Record<string, unknown>;

function thingsIn(route: string, said: Json, sent: Json, items: readonly Json[]): Known[] {
  const visit = (fields: Json): Known => [
    'visit',
    texts({ ...fields, place_id: sent['place_id'], arrived_at: sent['arrived_at'] }),
  ];
  switch (route) {
    case 'POST /v1/check-ins':
      return textIn(said, 'visit_id') === undefined
        ? []
        : [visit({ visit_id: said['visit_id'], person_id: sent['person_id'] })];
    case 'POST /v1/check-ins/group':
      return listIn(said, 'visits').map(visit);
    case 'GET /v1/questions/tasks':
      return items.flatMap(({ id, person, case: of }): Known[] => [
        ['task', texts({ task_id: id })],
        ['contact', texts({ person, case: of })],
      ]);
    case 'GET /v1/questions/cases':
      return items.map(({ id }): Known => ['case', texts({ case_id: id, case: id, cases: id })]);
    case 'GET /v1/operations/alerts':
      return listIn(said, 'held').map(({ case_id }): Known => ['waiting case', texts({ case_id })]);
    case 'GET /v1/operations/held-results':
      return items.map(({ sample_id, person_id, disease }): Known => [
        'held',
        texts({ sample_id, person_id, disease }),
      ]);
    default:
      return [];
  }
}

function fieldsIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

function textIn(json: Json, field: string): string | undefined {
  const value = json[field];
  return typeof value === 'string' ? value : undefined;
}

function listIn(json: Json, field: string): Json[] {
  const value = json[field];
  return Array.isArray(value) ? (value as Json[]) : [];
}

function texts(fields: Json): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter((each): each is [string, string] => typeof each[1] === 'string'),
  );
}
