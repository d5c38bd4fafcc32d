import { catalogueOf, type Catalogue } from '../event-log/catalogue.js';
import type { Purpose } from '../delivery/index.js';
import type { Module } from '../kernel/module.js';
import type { StreamFamily } from '../kernel/stream.js';
import type { RowKind, Rows, Statement, StatementKind } from '../intake/define-rows.js';
import type { Request } from '../requests/define.js';
import type { ProblemsOf } from '../http/describe-problems.js';
import { PROBLEMS_OF_PLATFORM } from './problems.js';
import { MODULES, ROWS, STATEMENTS, type Components } from './modules.js';

/** The components of all modules together. */
export interface Program {
  streams: readonly StreamFamily[];
  /** All types of events that the program knows. */
  catalogue: Catalogue;
  /** The purposes of messages. */
  purposes: readonly Purpose[];
  /** The problems with which requests are refused, by the module that raises them. */
  problems: readonly ProblemsOf[];
  /** The modules that project events into the contact graph. */
  projections: readonly { module: string; load: NonNullable<Components['projections']> }[];
  /** The modules that do work in a worker. */
  work: readonly { module: string; load: NonNullable<Components['work']> }[];
}

let booted: Promise<Program> | undefined;

/** Loads and checks the components of all modules once. @throws Error when something has two owners */
export function boot(): Promise<Program> {
  return (booted ??= assemble(MODULES));
}

/** The kind of rows with this name. @throws Error when there is none */
export function rowsCalled(name: string): Rows {
  const rows = ROWS.find((each) => each.name === name);
  if (!rows) throw new Error(`there is no kind of rows called ${name}`);
  return rows;
}

/** How rows of the kind with this name are read and stored. @throws Error when there is none */
export const rowsNamed = async (name: string): Promise<RowKind> => rowsCalled(name).load();

/** Every kind of rows with how it is stored. */
export async function loadRows(): Promise<(readonly [Rows, RowKind])[]> {
  const loaded: (readonly [Rows, RowKind])[] = [];
  for (const rows of ROWS) loaded.push([rows, await rows.load()]);
  return loaded;
}

/** Every statement with how it is stored. */
export async function loadStatements(): Promise<(readonly [Statement, StatementKind])[]> {
  const loaded: (readonly [Statement, StatementKind])[] = [];
  for (const statement of STATEMENTS) loaded.push([statement, await statement.load()]);
  return loaded;
}

/** Loads the components of these modules. @throws Error that names what two modules claim, or one module twice */
export async function assemble(modules: readonly Module<Request, Components, Rows, Statement>[]): Promise<Program> {
  const requests = modules.flatMap((module) => (module.requests ?? []).map((request) => ({ module, request })));
  const rows = modules.flatMap((module) => (module.rows ?? []).map((kind) => ({ module, kind })));
  const statements = modules.flatMap((module) => (module.statements ?? []).map((each) => ({ module, each })));
  oneOwner('the module', modules, (module) => [module.name, module.name]);
  const operations = [
    ...requests.map(({ module, request }) => ({ module, name: request.name })),
    ...statements.map(({ module, each }) => ({ module, name: each.name })),
    ...rows.flatMap(({ module, kind }) => namesOf(kind).map((name) => ({ module, name }))),
  ];
  oneOwner('the request', operations, ({ module, name }) => [name, module.name]);
  oneOwner('the permission', permissionsOf(modules), ({ module, permission }) => [permission, module]);
  const named = requests.flatMap(({ module, request }) => {
    const words = wordsOf(request);
    return words === undefined ? [] : [{ module, words }];
  });
  const routed = [
    ...requests.flatMap(({ module, request: { kind, http } }) =>
      http ? [{ module, route: routeOf(kind, http) }] : [],
    ),
    ...statements.map(({ module, each }) => ({ module, route: routeOf('command', each) })),
    ...rows.flatMap(({ module, kind }) =>
      pathsOf(kind).map((path) => ({ module, route: routeOf('command', { path }) })),
    ),
  ];
  oneOwner('the words', named, ({ module, words }) => [words, module.name]);
  oneOwner('the route', routed, ({ module, route }) => [route, module.name]);
  oneOwner('the rows', rows, ({ module, kind }) => [kind.name, module.name]);
  const loaded: { module: Module; components: Components | undefined }[] = [];
  // One after the other, since they import much of the same.
  for (const module of modules) loaded.push({ module, components: await module.components?.() });
  const owned = loaded.flatMap(({ module, components: own }) =>
    (own?.streams ?? []).map((family) => ({ module, family })),
  );
  oneOwner('the streams', owned, ({ module, family }) => [family.pattern, module.name]);
  const types = owned.flatMap(({ module, family }) => family.events.types.map((type) => ({ module, type })));
  oneOwner('the type of event', types, ({ module, type }) => [type, module.name]);
  const purposes = loaded.flatMap(({ module, components: own }) =>
    (own?.purposes ?? []).map((each) => ({ module, each })),
  );
  oneOwner('the purpose', purposes, ({ module, each }) => [each.name, module.name]);
  const problems = [
    ...PROBLEMS_OF_PLATFORM,
    ...loaded.flatMap(({ module: { name }, components: own }) =>
      own?.problems ? [{ name, problems: own.problems }] : [],
    ),
  ];
  const codes = problems.flatMap(({ name, problems: all }) => all.map(({ code }) => ({ name, code })));
  oneOwner('the problem', codes, ({ name, code }) => [code, name]);
  const streams = owned.map(({ family }) => family);
  const projections = loaded.flatMap(({ module, components: own }) =>
    own?.projections ? [{ module: module.name, load: own.projections }] : [],
  );
  const work = loaded.flatMap(({ module, components: own }) =>
    own?.work ? [{ module: module.name, load: own.work }] : [],
  );
  return {
    streams,
    catalogue: catalogueOf(streams),
    purposes: purposes.map(({ each }) => each),
    problems,
    projections,
    work,
  };
}

/** Each module with each permission that it requires, which may be that of several of its requests. */
function permissionsOf(modules: readonly Module<Request, Components, Rows, Statement>[]) {
  return modules.flatMap(({ name: module, requests = [], rows = [], statements = [] }) => {
    const required = [...requests, ...rows, ...statements].map(({ permission }) => permission);
    return [...new Set(required)].map((permission) => ({ module, permission }));
  });
}

/** Only the positions of fields in the path matter, not their names. */
const routeOf = (kind: Request['kind'], { path }: { path: string }): string =>
  `${kind} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
/** The routes of a kind of rows. */
const pathsOf = ({ name, groups, previewed }: Rows): string[] => [
  name,
  ...(groups ? [`${name}/group`] : []),
  ...(previewed ? [`${name}/preview`] : []),
];
const namesOf = ({ name, groups, previewed }: Rows): string[] => [
  `post-${name}`,
  ...(groups ? [groups.name] : []),
  ...(previewed ? [`post-${name}-preview`] : []),
];
const wordsOf = ({ cli }: Request): string | undefined => cli?.words.replaceAll(/ <\w+>/g, '');

/** Checks that each name has one owner. @throws Error that names a second owner */
export function oneOwner<T>(what: string, all: readonly T[], of: (each: T) => [name: string, owner: string]): void {
  const owners = new Map<string, string>();
  for (const [name, owner] of all.map(of)) {
    const other = owners.get(name);
    if (other !== undefined) throw new Error(`${what} ${name} has two owners: ${other} and ${owner}`);
    owners.set(name, owner);
  }
}
