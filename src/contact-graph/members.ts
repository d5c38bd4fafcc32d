import type { Position } from '../event-log/event-store.js';
import { moveTogether, type Move } from './checkpoints.js';
import { familyOf, isCurrent, labelling, served, type Described, type Instance, type LabelOf } from './instances.js';
import type { Projection } from './projection.js';

/** A projection and its build in progress. */
export interface Member<P extends Projection = Projection> {
  projection: P;
  instance: Instance;
}

/** Tracks which projections of a program are written together, and which are being built beside them. */
export class Members {
  #instances: readonly Instance[];
  #joined = new Set<string>();
  /** Maps to the names of the builds that queries read. */
  label: LabelOf = labelling([]);

  /** @param projections in the order of writing. */
  constructor(
    readonly projections: readonly Projection[],
    instances: readonly Instance[],
  ) {
    this.#instances = instances;
    this.#take(instances);
  }

  #take(instances: readonly Instance[]): void {
    this.#instances = instances;
    this.#joined = new Set(this.projections.filter((each) => this.active(each)).map(({ name }) => name));
    this.label = labelling(served(instances));
  }

  /** Whether the projection is written with the rest. */
  joined({ name }: Described): boolean {
    return this.#joined.has(name);
  }

  /** The checkpoint of the joined projections of facts, which move together. */
  move(from: Position | undefined): Move {
    return moveTogether(
      this.projections.flatMap((each) => this.active(each) ?? []),
      from,
    );
  }

  /** The build of the projection that is written with the rest. */
  active(projection: Described): Instance | undefined {
    return this.#of(projection, 'active');
  }

  /** The builds in progress, of all projections or of these. */
  building(among?: readonly Projection[]): Member[] {
    return (among ?? this.projections).flatMap((projection) => {
      const instance = this.#of(projection, 'building');
      return instance ? [{ projection, instance }] : [];
    });
  }

  /** Maps to the names that these members use: their own, and for the rest those that queries read. */
  labelAmong(members: readonly Member[]): LabelOf {
    return labelling([...served(this.#instances), ...members.map(({ instance }) => instance)]);
  }

  /** The family to build next: one being built, one without rows of this version, or one with a requested rebuild. */
  next(): Projection[] | undefined {
    const root = this.projections.find(
      (each) => this.#of(each, 'building') || !this.joined(each) || this.#wanted(each),
    );
    return root && familyOf(root.name, this.projections);
  }

  /** Builds to remove: replaced ones, and ones that no projection of this program will replace or continue. */
  get gone(): Instance[] {
    return this.#instances.filter(
      (instance) =>
        instance.state === 'old' ||
        (instance.state === 'left' && !this.projections.some(({ name }) => name === instance.name)) ||
        (instance.state === 'building' && !this.projections.some((each) => isCurrent(each, instance))),
    );
  }

  /** All other builds. */
  get kept(): Instance[] {
    const gone = new Set(this.gone);
    return this.#instances.filter((instance) => !gone.has(instance));
  }

  /** Updates to the builds that the graph holds now. */
  refresh(instances: readonly Instance[]): void {
    this.#take(instances);
  }

  /**
   * Makes these builds active, as they have reached the position of the rest; the ones that they replace become old.
   */
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

  #wanted(projection: Described): boolean {
    return this.active(projection)?.wanted === true;
  }

  #of(projection: Described, state: Instance['state']): Instance | undefined {
    return this.#instances.find((instance) => instance.state === state && isCurrent(projection, instance));
  }
}
