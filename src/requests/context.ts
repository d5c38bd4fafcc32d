import type { Driver } from 'neo4j-driver';
import { OpenDependencies, type Dependency } from '../kernel/dependency.js';
import type { EventSet } from '../kernel/event.js';
import type { FactProjection, VisitProjection } from '../contact-graph/projection.js';
import type { ClockGuard } from '../event-log/clock-guard.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import type { Config } from '../platform/config.js';
import type { Queues } from '../work/queues.js';
import type { EventStore, MarkedLog, Provenance } from '../event-log/event-store.js';
import type { MasterKey } from '../event-log/master-key.js';
import type { Sealing } from '../event-log/sealing.js';

/** Stores rows of one kind. */
interface StoresRows {
  store(means: Means, rows: readonly unknown[], origin: Origin): Promise<Outcome[]>;
}

/** A message as it would be sent, for checking an installation. */
interface SampleMessage {
  message: string;
  text: string;
  language: string;
}

/** What every request may use. */
export interface Base {
  readonly store: EventStore;
  readonly master: MasterKey;
  readonly sealing: Sealing;
  /** The contact graph; undefined if no request needs it. */
  readonly driver?: Driver | undefined;
  /** The time zone of days. */
  readonly zone: string;
  /** Milliseconds since 1970; this machine's clock when absent. */
  readonly now?: () => number;
  /** The authority whose profiles apply. */
  readonly authority?: string;
  /** The queues with the jobs that are waiting or active. */
  readonly queues?: Queues | undefined;
  /** Compares the clock with the log. */
  readonly clock?: ClockGuard;
  /** The log, for questions about the log as a whole. */
  readonly marked?: MarkedLog;
  readonly config?: Config;
  /** Loads the projections into the contact graph and their events. */
  readonly graphTypes?: () => Promise<{ events: EventSet; visits: VisitProjection; facts: readonly FactProjection[] }>;
  /** Loads what stores the kind of rows with this name. */
  readonly rowsNamed?: (name: string) => Promise<StoresRows>;
  /** Every message of every module, in every language. */
  readonly messageSamples?: (config: Config) => Promise<readonly SampleMessage[]>;
  /** Opens the graph and checks that it answers, unless it is open; for requests that need it only sometimes. */
  readonly requireGraph?: () => Promise<void>;
}

/** The authority whose profiles apply. @throws Error when none is configured */
export function authorityOf({ authority }: Pick<Base, 'authority'>): string {
  if (authority === undefined) throw new Error('no authority is configured');
  return authority;
}

/** Seconds since 1970. */
export const secondsNow = ({ now = Date.now }: Pick<Base, 'now'>): number => Math.floor(now() / 1000);

/** Something that the requests of a module share, opened once per process. */
export type OfBase<T> = Dependency<Base, T>;

export function defineDependency<T>(name: string, open: (base: Base) => T): OfBase<T> {
  return { name, open };
}

/** A property of the base that only some processes have. @throws Error that names it when it is missing */
export function given<Name extends keyof Base>(base: Base, name: Name): NonNullable<Base[Name]> {
  const found = base[name];
  if (found === undefined || found === null) throw new Error(`${name} is not open in this process`);
  return found as NonNullable<Base[Name]>;
}

/** A dependency that queries the contact graph. @throws Error when the request does not say that it needs the graph */
export function graphDependency<T>(name: string, open: (driver: Driver) => T): OfBase<T> {
  return defineDependency(name, ({ driver }) => {
    if (!driver) throw new Error(`a request used ${name} without declaring that it needs the graph`);
    return open(driver);
  });
}

/** Dependencies of an operation, independent of who requested it. */
export interface Means {
  readonly base: Base;
  of<T>(dependency: OfBase<T>): T;
}

/** Dependencies of one request, and its provenance. */
export interface Context extends Means {
  /** Who sends the request, through which interface, and what caused it. */
  readonly provenance: Provenance;
}

export function contextOf(means: Means, provenance: Provenance): Context {
  return { base: means.base, provenance, of: (dependency) => means.of(dependency) };
}

/** Creates the contexts of one process; dependencies are opened when they are first used. */
export class Contexts implements Means {
  readonly #opened: OpenDependencies<Base>;

  /** @param instead dependencies that are already open, by name. */
  constructor(
    readonly base: Base,
    instead: Readonly<Record<string, unknown>> = {},
  ) {
    this.#opened = new OpenDependencies(Object.entries(instead));
  }

  for(provenance: Provenance): Context {
    return contextOf(this, provenance);
  }

  of<T>(dependency: OfBase<T>): T {
    return this.#opened.of(dependency, this.base);
  }
}
