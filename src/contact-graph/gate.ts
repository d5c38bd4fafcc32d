import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Driver, Tx } from './driver.js';
import { migrationNames } from './migration-files.js';
import { PROGRAM } from './limits.js';
import { GraphNotReady } from './ports.js';

export { GraphNotReady };

/**
 * Milliseconds for which a process relies on its last look at the gate. A process that changes the schema closes the
 * gate and waits for this long: after that no other process begins a transaction.
 */
export const LEASE = 5_000;
/** Milliseconds after which a process looks again in the background. */
const RENEWED_AFTER = 1_000;
const LOOK_EVERY = 100;
const LOOKING_TAKES = 10_000;
const PATIENCE = 10_000;
/** The schema of an empty graph is created in less time, so that a first start reports nothing. */
const SAYS_AFTER = 15_000;

/**
 * Label of the node that records which migrations are applied with all their indexes online. It must never have a
 * constraint or an index: so querying it never waits for a schema change, unlike other queries, which schema changes
 * wait for.
 */
export const MARK = 'Migrated';
const LOOK = `MATCH (m:${MARK} {name: 'graph'}) RETURN m.files AS files, m.changing AS changing`;

/** A row of `LOOK`. */
interface Mark {
  files: string[] | null;
  changing: boolean | null;
}

export interface GateOptions {
  /** Milliseconds that a transaction waits for the gate before it fails. */
  patience?: number;
  /** Milliseconds that it waits before it reports so. */
  saysAfter?: number;
  /** Called with a line about what is waited for or retried. */
  say?: (line: string) => void;
}

/**
 * Holds back all queries until the graph's schema is complete: queries planned during a schema change can cause a
 * permanent deadlock.
 */
class Gate {
  #options: GateOptions = {};
  #seenOpenAt = -Infinity;
  #looking: Promise<string | undefined> | undefined;
  /** Whether it was reported that somebody waits. */
  #saidWaiting = false;

  constructor(private readonly driver: Driver) {}

  /** Number of events that were set aside at the last answer. */
  lacking = 0;

  /** Reports the number of events that are set aside, if it changed. */
  lacks(events: number): void {
    if (events > 0 && events !== this.lacking) {
      this.say(
        `${events} ${events === 1 ? 'event is' : 'events are'} set aside, and their content may be missing from this answer: ` +
          'see npx truyvet projections status',
      );
    }
    this.lacking = events;
  }

  configure(options: GateOptions): void {
    this.#options = options;
  }

  say(line: string): void {
    this.#options.say?.(line);
  }

  /** To be called by the process that has just completed the schema. */
  opened(): void {
    this.#seenOpenAt = performance.now();
  }

  /**
   * Whether the gate is open to a transaction that has begun, perhaps after a long wait. The check uses this
   * transaction and never waits, since the process that closes the gate waits for all open transactions.
   */
  async isOpenTo(tx: Tx): Promise<boolean> {
    if (performance.now() - this.#seenOpenAt < LEASE) return true;
    const askedAt = performance.now();
    return this.#read(await tx.run(LOOK), askedAt) === undefined;
  }

  /**
   * Waits until the gate is open.
   * @throws GraphNotReady if it stays closed.
   */
  async pass(): Promise<void> {
    const age = performance.now() - this.#seenOpenAt;
    if (age < RENEWED_AFTER) return;
    if (age < LEASE) {
      // A lasting error recurs in the look that somebody has to wait for.
      void this.#look().catch(() => undefined);
      return;
    }
    const { patience = PATIENCE, saysAfter = SAYS_AFTER } = this.#options;
    const began = performance.now();
    for (;;) {
      const why = await this.#look();
      if (why === undefined) {
        if (this.#saidWaiting) this.say('the contact graph is ready');
        this.#saidWaiting = false;
        return;
      }
      const waited = performance.now() - began;
      if (waited >= patience) throw new GraphNotReady(why);
      if (!this.#saidWaiting && waited >= saysAfter) {
        this.#saidWaiting = true;
        this.say(`waiting for the contact graph: ${why}`);
      }
      await delay(LOOK_EVERY);
    }
  }

  /** Why the gate is closed; undefined if it is open. Concurrent callers share one query. */
  #look(): Promise<string | undefined> {
    this.#looking ??= this.#ask().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #ask(): Promise<string | undefined> {
    const askedAt = performance.now();
    const transactionConfig = { timeout: LOOKING_TAKES, metadata: { program: PROGRAM, kind: 'gate' } };
    return this.#read(await this.driver.executeQuery(LOOK, {}, { routing: 'READ', transactionConfig }), askedAt);
  }

  #read({ records }: Pick<Answer, 'records'>, askedAt: number): string | undefined {
    const { files, changing } = (records[0]?.toObject() ?? {}) as Partial<Mark>;
    const missing = migrationNames().filter((name) => !files?.includes(name));
    if (missing.length === 0 && !changing) {
      this.#seenOpenAt = askedAt;
      return undefined;
    }
    this.#seenOpenAt = -Infinity;
    if (!files) return 'it has not been prepared';
    return changing
      ? 'its schema is being changed'
      : `${missing.length} migrations have to be applied (${missing[0]} first)`;
  }
}

const gates = new WeakMap<Driver, Gate>();

/** The gate of a driver's graph. */
export function gateOf(driver: Driver): Gate {
  let gate = gates.get(driver);
  if (!gate) gates.set(driver, (gate = new Gate(driver)));
  return gate;
}
