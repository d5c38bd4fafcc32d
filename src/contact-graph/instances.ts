import type { MarkedEvent, Position } from '../event-log/event-store.js';

/** What a projection says of itself, whatever it writes. */
export interface Described {
  name: string;
  /** From 1; one more with each change of what it makes of events: then it is made again from the log. */
  version: number;
  /**
   * What nobody else writes, but whoever is made of it: labels of nodes (`Task`), types of relationships (`NEAR`), and keys
   * of people and places (`Person.isolations`). With them it is made again beside what is there, while the rest goes on;
   * without them, since others count on what it writes on nodes that several share, everything is.
   */
  owns?: readonly string[];
  /** The projections, before it in the list, whose rows it reads or writes on: it is made again with them. */
  madeOf?: readonly string[];
  /** The projection on whose own rows it writes what cannot be told apart from them: both are made again together. */
  writesOn?: string;
}

/**
 * What became of a projection's rows: they are written and read (`active`); they are those of a version that this program
 * does not write, and wait for what takes their place (`left`); they are being made beside those that are read
 * (`building`); or something took their place, and they are to be removed (`old`).
 */
export type InstanceState = 'active' | 'left' | 'building' | 'old';

/** Which rows of a projection: of which version, and of two that are made of the same one, which. */
export interface Made {
  version: number;
  again: boolean;
}

/** Rows of a projection as the graph holds them. */
export interface Instance extends Made {
  name: string;
  state: InstanceState;
  /** Undefined while it has passed nothing. */
  passed: Position | undefined;
  given: MarkedEvent | undefined;
  /** What is its own, as version 1 names it. */
  owns: readonly string[];
  /** Somebody asked for it to be made again. */
  wanted: boolean;
  /** Why the making of it does not go on. */
  trouble: string | null;
}

/** How a query has to name a label, a type of relationships or a key, which it knows as version 1 has it. */
export type LabelOf = (owned: string) => string;

/** What the names of one making end with: nothing, `_v2`, `_again`, `_v2_again`. */
export function suffixOf({ version, again }: Made): string {
  return `${version > 1 ? `_v${version}` : ''}${again ? '_again' : ''}`;
}

/** The name without what `suffixOf` adds. */
export function baseOf(name: string): string {
  return name.replace(/(?:_v\d+)?(?:_again)?$/, '');
}

/** What a name stands for is told by how Neo4j's own conventions have it spelt. */
export function kindOf(owned: string): 'relationship' | 'key' | 'label' {
  if (owned.includes('.')) return 'key';
  return /^[A-Z][A-Z\d_]*$/.test(owned) ? 'relationship' : 'label';
}

/** What is a projection's own as this making of it has it. */
export function namesOf(instance: Pick<Instance, 'owns'> & Made): string[] {
  return instance.owns.map((owned) => `${owned}${suffixOf(instance)}`);
}

/** Names of these rows by what they are in version 1; of rows that come later in the list where several have one. */
export function labelling(instances: readonly (Pick<Instance, 'owns'> & Made)[]): LabelOf {
  const names = new Map<string, string>();
  for (const instance of instances) {
    for (const owned of instance.owns) names.set(owned, `${inQuery(owned)}${suffixOf(instance)}`);
  }
  return (owned) => names.get(owned) ?? inQuery(owned);
}

/** A key stands in queries without the label of its nodes. */
function inQuery(owned: string): string {
  return owned.slice(owned.indexOf('.') + 1);
}

/** The rows that are asked, whoever writes them. */
export function served(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ state }) => state === 'active' || state === 'left');
}

/** Whether the rows that a program writes are those that the graph has. */
export function isCurrent(projection: Described, instance: Instance): boolean {
  return instance.name === projection.name && instance.version === projection.version;
}

/** Whether it can be made beside what is there, by itself or with the one on whose rows it writes. */
export function isMadeAlone({ owns, writesOn }: Described): boolean {
  return owns !== undefined || writesOn !== undefined;
}

/**
 * Names a projection of another version than the graph has that cannot be made beside the old one, since it writes on
 * nodes that several share: then everything is made again.
 */
export function cannotBeMadeAlone(
  instances: readonly Instance[],
  projections: readonly Described[],
): string | undefined {
  const other = projections.find(
    (projection) =>
      !isMadeAlone(projection) &&
      served(instances).some((instance) => instance.name === projection.name && !isCurrent(projection, instance)),
  );
  return other?.name;
}

/** The projections that have to be written before it. */
export function basesOf({ madeOf = [], writesOn }: Described): string[] {
  return writesOn === undefined ? [...madeOf] : [...madeOf, writesOn];
}

/**
 * A projection, the one on whose rows it writes, and all that are made of these, directly or by others, in the order in
 * which they are written.
 */
export function familyOf<P extends Described>(name: string, projections: readonly P[]): P[] {
  const names = new Set([name, projections.find((each) => each.name === name)?.writesOn ?? name]);
  // Whoever is made of another comes after it.
  for (const each of projections) if (basesOf(each).some((base) => names.has(base))) names.add(each.name);
  return projections.filter((each) => names.has(each.name));
}
