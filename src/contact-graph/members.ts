import type { Position } from '../event-log/event-store.js';
import { checkpointOf, type Move } from './checkpoints.js';
import { familyOf, isCurrent, labelling, served, type Instance, type LabelOf } from './instances.js';
import type { FactProjection } from './projection.js';

/** A projection and the rows of it that are being made. */
export interface Member {
  projection: FactProjection;
  instance: Instance;
}

/** Which projections of a program are written together, and which are being made beside them. */
export class Members {
  #instances: readonly Instance[];
  #joined = new Set<string>();
  /** Names of the rows that are asked. */
  label: LabelOf = labelling([]);

  /** @param projections in the order in which they are written. */
  constructor(
    readonly projections: readonly FactProjection[],
    instances: readonly Instance[],
  ) {
    this.#instances = instances;
    this.#take(instances);
  }

  #take(instances: readonly Instance[]): void {
    this.#instances = instances;
    this.#joined = new Set(this.projections.filter((each) => this.#of(each, 'active')).map(({ name }) => name));
    this.label = labelling(served(instances));
  }

  /** Whether it is written with the rest. */
  joined({ name }: FactProjection): boolean {
    return this.#joined.has(name);
  }

  /** The checkpoints that the rest moves together. */
  moves(from: Position | undefined): Move[] {
    return this.#instances
      .filter(({ state, name }) => state === 'active' && this.#joined.has(name))
      .map((instance) => ({ ...checkpointOf(instance), from, state: 'active' }));
  }

  /** What is being made, of all or of these names. */
  building(among?: readonly FactProjection[]): Member[] {
    return (among ?? this.projections).flatMap((projection) => {
      const instance = this.#of(projection, 'building');
      return instance ? [{ projection, instance }] : [];
    });
  }

  /** Names for whoever is being made: of those beside it that it is made of, and of the rest. */
  labelAmong(members: readonly Member[]): LabelOf {
    return labelling([...served(this.#instances), ...members.map(({ instance }) => instance)]);
  }

  /** The family that is to be made first: of another version than the graph has, of none, or wanted again. */
  next(): FactProjection[] | undefined {
    const root = this.projections.find(
      (each) => this.#of(each, 'building') || !this.joined(each) || this.#wanted(each),
    );
    return root && familyOf(root.name, this.projections);
  }

  /** Rows that are to be removed: others took their place, or no projection of this program ever will. */
  get gone(): Instance[] {
    return this.#instances.filter(
      (instance) =>
        instance.state === 'old' ||
        (instance.state === 'left' && !this.projections.some(({ name }) => name === instance.name)) ||
        (instance.state === 'building' && !this.projections.some((each) => isCurrent(each, instance))),
    );
  }

  /** All other rows. */
  get kept(): Instance[] {
    const gone = new Set(this.gone);
    return this.#instances.filter((instance) => !gone.has(instance));
  }

  /** Takes in what the graph holds now. */
  refresh(instances: readonly Instance[]): void {
    this.#take(instances);
  }

  /** What was made stands where the rest does, and takes its place among it. */
  join(members: readonly Member[], passed: Position | undefined): void {
    const names = new Set(members.map(({ projection }) => projection.name));
    this.#take(
      this.#instances.map((instance): Instance => {
        if (!names.has(instance.name)) return instance;
        if (instance.state === 'building') return { ...instance, state: 'active', passed };
        return { ...instance, state: 'old' };
      }),
    );
  }

  #wanted(projection: FactProjection): boolean {
    return this.#of(projection, 'active')?.wanted === true;
  }

  #of(projection: FactProjection, state: Instance['state']): Instance | undefined {
    return this.#instances.find((instance) => instance.state === state && isCurrent(projection, instance));
  }
}
