import type { Driver } from 'neo4j-driver';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { GraphQueries } from '../contact-graph/ports.js';
import type { AsideNotes } from '../event-log/aside-notes.js';
import type { EventStore } from '../event-log/event-store.js';
import type { Checkpoints } from '../event-log/reactor.js';
import type { Sealing } from '../event-log/sealing.js';
import type { Now } from '../platform/clock.js';
import type { Config } from '../platform/config.js';
import type { Queues } from './queues.js';

/** What everybody in a worker may use. */
export interface WorkerBase {
  readonly store: EventStore;
  readonly sealing: Sealing;
  readonly driver: Driver;
  readonly graph: GraphQueries;
  readonly queues: Queues;
  /** In the same Redis as the queues, so that neither is lost without the other. */
  readonly checkpoints: Checkpoints;
  /** What the readers of the log left out; there as well. */
  readonly aside: AsideNotes;
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: Registry;
  /** What day and hour it is, in milliseconds. */
  readonly now: Now;
  /** Milliseconds between two looks for forgotten work; as usual when left out. */
  readonly sweepEvery?: number | undefined;
  /** Throws while no message may go, as under a clock in doubt. */
  readonly mayGo?: (() => Promise<void>) | undefined;
}

/** Something that the jobs and reactions of a worker share, made when it is first asked for. */
export interface SharedPart<T> {
  readonly name: string;
  open(worker: Worker): T;
}

export function sharedPart<T>(name: string, open: (worker: Worker) => T): SharedPart<T> {
  return { name, open };
}

/** The same, of what whoever starts the worker opened before. @throws Error where it was not */
export function givenPart<T>(name: string): SharedPart<T> {
  return sharedPart(name, () => {
    throw new Error(`the worker was started without its ${name}`);
  });
}

/** A part as it is in this worker. */
export interface OpenedPart {
  readonly name: string;
  readonly value: unknown;
}

export function opened<T>({ name }: SharedPart<T>, value: T): OpenedPart {
  return { name, value };
}

/** What one process works with, as long as it runs. */
export class Worker {
  readonly #stopping = new AbortController();
  readonly #parts: Map<string, unknown>;

  /** @param given parts that are there already. */
  constructor(
    readonly base: WorkerBase,
    given: readonly OpenedPart[] = [],
  ) {
    this.#parts = new Map(given.map(({ name, value }) => [name, value]));
  }

  /** Aborts when the worker is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  of<T>(part: SharedPart<T>): T {
    if (!this.#parts.has(part.name)) this.#parts.set(part.name, part.open(this));
    return this.#parts.get(part.name) as T;
  }

  stop(): void {
    this.#stopping.abort();
  }
}
