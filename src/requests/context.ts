import type { Driver } from 'neo4j-driver';
import type { EventSet } from '../kernel/event.js';
import type { FactProjection } from '../contact-graph/projection.js';
import type { ClockGuard } from '../event-log/clock-guard.js';
import type { Origin, Outcome } from '../intake/outcome.js';
import type { Config } from '../platform/config.js';
import type { Queues } from '../work/queues.js';
import type { EventStore, MarkedLog, Provenance } from '../event-log/event-store.js';
import type { MasterKey } from '../event-log/master-key.js';
import type { Sealing } from '../event-log/sealing.js';

/** What stores rows of a kind. */
interface StoresRows {
  store(means: Means, rows: readonly unknown[], origin: Origin): Promise<Outcome[]>;
}

/** What every request may use. */
export interface Base {
  readonly store: EventStore;
  readonly master: MasterKey;
  readonly sealing: Sealing;
  /** The contact graph; undefined where no request needs it. */
  readonly driver?: Driver | undefined;
  /** In which days are counted. */
  readonly zone: string;
  /** Milliseconds since 1970; this machine's clock when left out. */
  readonly now?: () => number;
  /** Whose rules count here. */
  readonly authority?: string;
  /** What is under way. */
  readonly queues?: Queues | undefined;
  /** The clock beside the log. */
  readonly clock?: ClockGuard;
  /** The log, asked about itself as a whole. */
  readonly marked?: MarkedLog;
  readonly config?: Config;
  /** What comes into the contact graph, and how; loaded where it is asked for. */
  readonly graphTypes?: () => Promise<{ events: EventSet; facts: readonly FactProjection[] }>;
  /** How rows are stored, by the name of their kind. */
  readonly rowsNamed?: (name: string) => Promise<StoresRows>;
  /** Opens the graph and sees that it answers, where that was not done before: of a request that needs it at times. */
  readonly requireGraph?: () => Promise<void>;
}

/** @throws Error where nobody said it */
export function authorityOf({ authority }: Pick<Base, 'authority'>): string {
  if (authority === undefined) throw new Error('nobody said whose rules count here');
  return authority;
}

/** Seconds since 1970. */
export const secondsNow = ({ now = Date.now }: Pick<Base, 'now'>): number => Math.floor(now() / 1000);

/** Something that requests of a module use, opened once in a process. */
export interface Part<T> {
  readonly name: string;
  open(base: Base): T;
}

export function defineDependency<T>(name: string, open: (base: Base) => T): Part<T> {
  return { name, open };
}

/** Something of the base that only some processes have. @throws Error naming it where it was not opened */
export function given<Name extends keyof Base>(base: Base, name: Name): NonNullable<Base[Name]> {
  const found = base[name];
  if (found === undefined || found === null) throw new Error(`${name} was asked for where nobody opened it`);
  return found as NonNullable<Base[Name]>;
}

/** The same, of something that looks into the contact graph. @throws Error when a request that uses it does not need the graph */
export function graphDependency<T>(name: string, open: (driver: Driver) => T): Part<T> {
  return defineDependency(name, ({ driver }) => {
    if (!driver) throw new Error(`${name} was asked for by a request that does not say that it needs the graph`);
    return open(driver);
  });
}

/** With what something is done, whoever asks for it. */
export interface Means {
  readonly base: Base;
  of<T>(part: Part<T>): T;
}

/** With what one request is handled. */
export interface Context extends Means {
  /** Who asks, through which door, and what it follows from. */
  readonly provenance: Provenance;
}

/** Makes the contexts of one process, whose parts are opened when they are first asked for. */
export class Contexts implements Means {
  readonly #opened = new Map<string, unknown>();

  /** @param instead parts that are there already, by name. */
  constructor(
    readonly base: Base,
    instead: Readonly<Record<string, unknown>> = {},
  ) {
    for (const [name, part] of Object.entries(instead)) this.#opened.set(name, part);
  }

  for(provenance: Provenance): Context {
    return { base: this.base, provenance, of: (part) => this.of(part) };
  }

  of<T>(part: Part<T>): T {
    if (!this.#opened.has(part.name)) this.#opened.set(part.name, part.open(this.base));
    return this.#opened.get(part.name) as T;
  }
}
