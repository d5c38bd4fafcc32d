import type { EventEmitter } from 'node:events';
import { eachIn } from './crash-killer.js';

/** Milliseconds to wait for a step before any other step is accepted, and before a kill at any moment. */
const STEP_WITHIN = 6_000;

/** A step that happens now and then, and the emitter of its name. */
export interface Step {
  name: string;
  from: readonly EventEmitter[];
}

/**
 * Steps at which a process has to be killed. Those with fewer hits than required come first, whichever of them happens
 * next; after that, all are equally likely.
 */
export class Steps {
  readonly #hits = new Map<string, number>();

  constructor(
    private readonly steps: readonly Step[],
    private readonly least: number,
    private readonly random: () => number,
  ) {}

  /** Names of the steps with fewer hits than required. */
  get missing(): string[] {
    return this.#missing().map(({ name }) => name);
  }

  /**
   * The name of the step at which a process has to be killed next.
   * @throws if it is aborted.
   */
  async next(signal: AbortSignal): Promise<string> {
    const missing = this.#missing();
    const chosen = this.steps[Math.floor(this.random() * this.steps.length)];
    const first = missing.length > 0 ? missing : chosen ? [chosen] : [];
    return (await this.#one(first, signal)) ?? (await this.#one(this.steps, signal)) ?? 'any moment';
  }

  /** Counts a kill at a step. */
  hit(name: string): void {
    eachIn(this.#hits, name);
  }

  #missing(): Step[] {
    return this.steps.filter(({ name }) => (this.#hits.get(name) ?? 0) < this.least);
  }

  /**
   * The first of these steps to happen; undefined if none does in time. It handles the timeout itself, because Node 20
   * may lose temporary signals that are combined from others.
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
