import type { MarkedEvent, Position } from '../event-log/event-store.js';

/** What a projection says of itself, whatever it writes. */
export interface Described {
  name: string;
  /** From 1; one more with each change of what it makes of events: then it is made again from the log. */
  version: number;
  /**
   * Labels of nodes that nobody else makes or writes on, but whoever is made of them. With them it is made again beside
   * what is there, while the rest goes on; without them, since it writes on nodes that several share, everything is.
   */
  owns?: readonly string[];
  /** The projections, before it in the list, whose rows it reads or writes on: it is made again with them. */
  madeOf?: readonly string[];
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
  /** Labels of nodes that are its own, as version 1 has them. */
  owns: readonly string[];
  /** Somebody asked for it to be made again. */
  wanted: boolean;
  /** Why the making of it does not go on. */
  trouble: string | null;
}

/** The label of a node as a query has to name it. */
export type LabelOf = (label: string) => string;

/** What the labels of one making end with: nothing, `_v2`, `_again`, `_v2_again`. */
export function suffixOf({ version, again }: Made): string {
  return `${version > 1 ? `_v${version}` : ''}${again ? '_again' : ''}`;
}

/** The label without what `suffixOf` adds. */
export function baseOf(label: string): string {
  return label.replace(/(?:_v\d+)?(?:_again)?$/, '');
}

export function labelsOf(instance: Pick<Instance, 'owns'> & Made): string[] {
  return instance.owns.map((label) => `${label}${suffixOf(instance)}`);
}

/** Labels of these rows by what they are in version 1; of rows that come later in the list where several have one. */
export function labelling(instances: readonly (Pick<Instance, 'owns'> & Made)[]): LabelOf {
  const names = new Map<string, string>();
  for (const instance of instances) {
    for (const label of instance.owns) names.set(label, `${label}${suffixOf(instance)}`);
  }
  return (label) => names.get(label) ?? label;
}

/** The rows that are asked, whoever writes them. */
export function served(instances: readonly Instance[]): Instance[] {
  return instances.filter(({ state }) => state === 'active' || state === 'left');
}

/** Whether the rows that a program writes are those that the graph has. */
export function isCurrent(projection: Described, instance: Instance): boolean {
  return instance.name === projection.name && instance.version === projection.version;
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
      !projection.owns &&
      served(instances).some((instance) => instance.name === projection.name && !isCurrent(projection, instance)),
  );
  return other?.name;
}

/** A projection and all that are made of it, directly or by others, in the order in which they are written. */
export function familyOf<P extends Described>(name: string, projections: readonly P[]): P[] {
  const names = new Set([name]);
  // Whoever is made of another comes after it.
  for (const each of projections) if (each.madeOf?.some((one) => names.has(one))) names.add(each.name);
  return projections.filter((each) => names.has(each.name));
}
