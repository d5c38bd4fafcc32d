import type { Driver } from 'neo4j-driver';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { GraphPosition } from '../contact-graph/graph-position.js';
import type { AsideNotes } from '../event-log/aside-notes.js';
import type { EventStore } from '../event-log/event-store.js';
import type { Checkpoints } from '../event-log/reactor.js';
import type { Sealing } from '../event-log/sealing.js';
import type { Now } from '../platform/clock.js';
import { OpenDependencies, type Dependency } from '../kernel/dependency.js';
import type { Config } from '../platform/config.js';
import type { Queues } from './queues.js';

/** What everything in a worker may use. */
export interface WorkerBase {
  readonly store: EventStore;
  readonly sealing: Sealing;
  readonly driver: Driver;
  readonly graph: GraphPosition;
  readonly queues: Queues;
  /** In the same Redis as the queues, so that neither is lost without the other. */
  readonly checkpoints: Checkpoints;
  /** The events that readers of the log set aside; in the same Redis too. */
  readonly aside: AsideNotes;
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: Registry;
  /** The current time, in milliseconds since 1970. */
  readonly now: Now;
  /** Milliseconds between two sweeps for forgotten work; the default when absent. */
  readonly sweepEvery?: number | undefined;
  /** Throws while no message may be sent, for example while the clock is in doubt. */
  readonly mayGo?: (() => Promise<void>) | undefined;
}

/** Something that the jobs and reactions of a worker share, created when it is first used. */
export type WorkerDependency<T> = Dependency<Worker, T>;

export function workerDependency<T>(name: string, open: (worker: Worker) => T): WorkerDependency<T> {
  return { name, open };
}

/** A shared part that the starter of the worker passes in. @throws Error when it was not passed */
export function givenDependency<T>(name: string): WorkerDependency<T> {
  return workerDependency(name, () => {
    throw new Error(`the worker was started without its ${name}`);
  });
}

/** A part that is open, for one worker. */
export interface OpenedDependency {
  readonly name: string;
  readonly value: unknown;
}

export function opened<T>({ name }: WorkerDependency<T>, value: T): OpenedDependency {
  return { name, value };
}

/** The shared parts of a worker process, for as long as it runs. */
export class Worker {
  readonly #stopping = new AbortController();
  readonly #parts: OpenDependencies<Worker>;

  /** @param given parts that are already open. */
  constructor(
    readonly base: WorkerBase,
    given: readonly OpenedDependency[] = [],
  ) {
    this.#parts = new OpenDependencies(given.map(({ name, value }) => [name, value] as const));
  }

  /** Aborted when the worker stops. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  of<T>(part: WorkerDependency<T>): T {
    return this.#parts.of(part, this);
  }

  stop(): void {
    this.#stopping.abort();
  }
}
