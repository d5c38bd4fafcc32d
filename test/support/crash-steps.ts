import type { EventEmitter } from 'node:events';
import { eachIn } from './crash-killer.js';

/** Milliseconds that a step is waited for before any other will do, and before somebody is killed at any moment. */
const STEP_WITHIN = 6_000;

/** A step that is taken now and then, and what emits its name when it is. */
export interface Step {
  name: string;
  from: readonly EventEmitter[];
}

/**
 * Steps at which somebody is to be killed. Those that were hit less often than is asked for come first, whichever of
 * them is taken next; after that each is as likely as another.
 */
export class Steps {
  readonly #hits = new Map<string, number>();

  constructor(
    private readonly steps: readonly Step[],
    private readonly least: number,
    private readonly random: () => number,
  ) {}

  /** Names of those that were hit less often than is asked for. */
  get missing(): string[] {
    return this.#missing().map(({ name }) => name);
  }

  /** The next moment at which somebody is to be killed, by the step's name. @throws when it is no longer waited for. */
  async next(signal: AbortSignal): Promise<string> {
    const missing = this.#missing();
    const chosen = this.steps[Math.floor(this.random() * this.steps.length)];
    const first = missing.length > 0 ? missing : chosen ? [chosen] : [];
    return (await this.#one(first, signal)) ?? (await this.#one(this.steps, signal)) ?? 'any moment';
  }

  /** Somebody was killed at it. */
  hit(name: string): void {
    eachIn(this.#hits, name);
  }

  #missing(): Step[] {
    return this.steps.filter(({ name }) => (this.#hits.get(name) ?? 0) < this.least);
  }

  /**
   * The first of these that is taken; undefined when none is in time. Listens by itself: of signals made of others Node 20
   * may forget those that are for a time.
   */
  #one(steps: readonly Step[], signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const listeners = steps.flatMap(({ name, from }) =>
        from.map((emitter) => ({ emitter, name, heard: () => done(() => resolve(name)) })),
      );
      const aborted = () => done(() => reject(signal.reason as Error));
      const late = setTimeout(() => done(() => resolve(undefined)), STEP_WITHIN);
      const done = (settle: () => void): void => {
        clearTimeout(late);
        signal.removeEventListener('abort', aborted);
        for (const { emitter, name, heard } of listeners) emitter.off(name, heard);
        settle();
      };
      signal.addEventListener('abort', aborted);
      for (const { emitter, name, heard } of listeners) emitter.on(name, heard);
    });
  }
}
