import type { Driver, ManagedTransaction, QueryResult } from 'neo4j-driver';
import { setTimeout as delay } from 'node:timers/promises';
import { migrationNames } from './migration-files.js';
import { PROGRAM } from './limits.js';
import { GraphNotReady } from './ports.js';

export { GraphNotReady };

/**
 * Milliseconds for which a process goes by what it last saw of the gate. Whoever is about to change the schema closes the
 * gate and waits for so long: from then on nobody begins anything.
 */
export const LEASE = 5_000;
/** After so many milliseconds it looks again, beside its work. */
const RENEWED_AFTER = 1_000;
const LOOK_EVERY = 100;
const LOOKING_TAKES = 10_000;
const PATIENCE = 10_000;
/** The schema of an empty graph is made in less: a first start is nothing to speak of. */
const SAYS_AFTER = 15_000;

/**
 * Says which migrations are applied with all their indexes online. Its label has neither constraint nor index, for
 * ever: asking for it never waits for a change of the schema, which waits for whoever asks for anything else.
 */
export const MARK = 'Migrated';
const LOOK = `MATCH (m:${MARK} {name: 'graph'}) RETURN m.files AS files, m.changing AS changing`;

export interface GateOptions {
  /** Milliseconds that a transaction waits for the gate before it fails. */
  patience?: number;
  /** Milliseconds for which it waits without a word. */
  saysAfter?: number;
  /** Told of what is waited for, or tried again. */
  say?: (line: string) => void;
}

/** Before it nothing is asked of the graph until its schema is whole: what is planned meanwhile can lock all out for ever. */
class Gate {
  #options: GateOptions = {};
  #seenOpenAt = -Infinity;
  #looking: Promise<string | undefined> | undefined;
  /** Somebody waits, and it was said. */
  #saidWaiting = false;

  constructor(private readonly driver: Driver) {}

  /** Events set aside when an answer was last given. */
  lacking = 0;

  lacks(events: number): void {
    if (events > 0 && events !== this.lacking) {
      this.say(
        `${events} ${events === 1 ? 'event is' : 'events are'} set aside, and what they say may be missing from this answer: ` +
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

  /** The schema is whole: whoever calls it has seen to it. */
  opened(): void {
    this.#seenOpenAt = performance.now();
  }

  /**
   * Whether it is open for whoever has opened a transaction, after long waiting perhaps. They look through that one and
   * never wait here: what closes the gate waits for all that are open.
   */
  async isOpenTo(tx: ManagedTransaction): Promise<boolean> {
    if (performance.now() - this.#seenOpenAt < LEASE) return true;
    const askedAt = performance.now();
    return this.#read(await tx.run(LOOK), askedAt) === undefined;
  }

  /** @throws GraphNotReady when it stays closed. */
  async pass(): Promise<void> {
    const age = performance.now() - this.#seenOpenAt;
    if (age < RENEWED_AFTER) return;
    if (age < LEASE) {
      // An error comes again, to whoever has to wait for the look.
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

  /** Why it is closed; undefined when it is open. However many wait, one asks at a time. */
  #look(): Promise<string | undefined> {
    this.#looking ??= this.#ask().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #ask(): Promise<string | undefined> {
    const askedAt = performance.now();
    const transactionConfig = { timeout: LOOKING_TAKES, metadata: { program: PROGRAM, kind: 'gate' } };
    return this.#read(await this.driver.executeQuery(LOOK, {}, { routing: 'READ', transactionConfig }), askedAt);
  }

  #read({ records }: Pick<QueryResult, 'records'>, askedAt: number): string | undefined {
    const files = records[0]?.get('files') as string[] | null | undefined;
    const missing = migrationNames().filter((name) => !files?.includes(name));
    const changing = records[0]?.get('changing') === true;
    if (missing.length === 0 && !changing) {
      this.#seenOpenAt = askedAt;
      return undefined;
    }
    this.#seenOpenAt = -Infinity;
    if (!files) return 'it has not been prepared';
    return changing
      ? 'its schema is being changed'
      : `${missing.length} migrations are to be applied (${missing[0]} first)`;
  }
}

const gates = new WeakMap<Driver, Gate>();

/** The gate before the graph that a driver leads to. */
export function gateOf(driver: Driver): Gate {
  let gate = gates.get(driver);
  if (!gate) gates.set(driver, (gate = new Gate(driver)));
  return gate;
}
