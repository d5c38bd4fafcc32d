import type { MarkedEvent, Position } from '../event-log/event-store.js';

/** The description that every projection gives of itself. */
export interface Described {
  name: string;
  /** Starts at 1; a change of what the projection writes increments it, and so causes a rebuild from the log. */
  version: number;
  /**
   * What only this projection and those made of it write: node labels (`Task`), relationship types (`NEAR`), and
   * property keys of people and places (`Person.isolations`). The names carry its version, so that it is rebuilt beside
   * its existing rows while the rest goes on. Empty if it only writes to rows of another one.
   */
  owns: readonly string[];
  /** The projections, earlier in the list, whose rows it reads or writes to: it is rebuilt with them. */
  madeOf?: readonly string[];
  /**
   * The projection to whose rows it writes data that cannot be distinguished from theirs: both are rebuilt together.
   */
  writesOn?: string;
}

/**
 * The state of a build's rows: `active`, written and read; `left`, of a version that this program does not write, and
 * read until they are replaced; `building`, being built beside the rows that are read; `old`, replaced, and to be
 * removed.
 */
export type InstanceState = 'active' | 'left' | 'building' | 'old';

/** Identifies a build of a projection: its version, and which of two builds of the same version. */
export interface Made {
  version: number;
  again: boolean;
}

/** A build of a projection: its rows in the graph. */
export interface Instance extends Made {
  name: string;
  state: InstanceState;
  /** Names of its checkpoints: one, or one for each writer of slots. */
  partitions: readonly string[];
  /** Undefined while one of its partitions has passed nothing. */
  passed: Position | undefined;
  /** The last event given to it. */
  given: MarkedEvent | undefined;
  /** What it owns, in the names of version 1. */
  owns: readonly string[];
  /** Whether somebody requested a rebuild. */
  wanted: boolean;
  /** Why its build does not progress; null if it does. */
  trouble: string | null;
  /** Differs between any two builds, unlike their names; null for the first one of a graph. */
  made: string | null;
}

/** Maps a label, relationship type or property key from its name in version 1 to its name in queries. */
export type LabelOf = (owned: string) => string;

/** The suffix of a build's names: empty, `_v2`, `_again` or `_v2_again`. */
export function suffixOf({ version, again }: Made): string {
  return `${version > 1 ? `_v${version}` : ''}${again ? '_again' : ''}`;
}

/** The name without the suffix that `suffixOf` adds. */
export function baseOf(name: string): string {
  return name.replace(/(?:_v\d+)?(?:_again)?$/, '');
}

/** Derives what a name denotes from its spelling, by Neo4j's naming conventions. */
export function kindOf(owned: string): 'relationship' | 'key' | 'label' {
  if (owned.includes('.')) return 'key';
  return /^[A-Z][A-Z\d_]*$/.test(owned) ? 'relationship' : 'label';
}

/** The names of what this build owns. */
export function namesOf(instance: Pick<Instance, 'owns'> & Made): string[] {
  return instance.owns.map((owned) => `${owned}${suffixOf(instance)}`);
}

/** Maps names of version 1 to the names of these builds; of several with the same name, the last in the list wins. */
export function labelling(instances: readonly (Pick<Instance, 'owns'> & Made)[]): LabelOf {
  const names = new Map<string, string>();
  for (const instance of instances) {
    for (const owned of instance.owns) names.set(owned, `${inQuery(owned)}${suffixOf(instance)}`);
  }
  return (owned) => names.get(owned) ?? inQuery(owned);
}

/** In queries, a property key comes without the label of its nodes. */
function inQuery(owned: string): string {
  return owned.slice(owned.indexOf('.') + 1);
}

/** The builds that queries read, whichever version wrote them. */
export function served(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ state }) => state === 'active' || state === 'left');
}

/** Whether the build is of the version of this projection that the program writes. */
export function isCurrent(projection: Described, instance: Instance): boolean {
  return instance.name === projection.name && instance.version === projection.version;
}

/** Names of the projections that must be written before this one. */
export function basesOf({ madeOf = [], writesOn }: Described): string[] {
  return writesOn === undefined ? [...madeOf] : [...madeOf, writesOn];
}

/**
 * A projection, the one to whose rows it writes, and all that are made of these, directly or indirectly, in the order
 * of writing.
 */
export function familyOf<P extends Described>(name: string, projections: readonly P[]): P[] {
  const names = new Set([name, projections.find((each) => each.name === name)?.writesOn ?? name]);
  // One pass is enough: a projection comes after those that it is made of.
  for (const each of projections) if (basesOf(each).some((base) => names.has(base))) names.add(each.name);
  return projections.filter((each) => names.has(each.name));
}
