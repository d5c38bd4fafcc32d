import type { StreamFamily } from './stream.js';

/** What works of a module, loaded when it is needed. `entrypoints/modules.ts` says of what type each is. */
export interface ModuleParts {
  /** The streams that it owns, and with them the types of events. */
  streams: readonly StreamFamily[];
  /** Why it sends messages. */
  purposes?: readonly unknown[];
  /** What it brings into the contact graph. @param zone in which days are counted. */
  projections?: (zone: string) => Promise<readonly unknown[]>;
  /** What it does in a worker: its jobs, and what follows from events of the log. */
  work?: () => Promise<object>;
}

/**
 * One feature: all that the program has to know of it. `entrypoints/modules.ts` lists them. What is here is light, since
 * every command of the command line loads it; what works is loaded when it is needed.
 */
export interface Module<Request = unknown, Parts = unknown, Rows = unknown> {
  name: string;
  /** What can be done and asked. */
  requests?: readonly Request[];
  /** What comes in by files and batches. */
  rows?: readonly Rows[];
  components?: () => Promise<Parts>;
}

/** Nothing that is not known by name: TypeScript looks for what is misspelt in no value that a function returns. */
type OnlyKnown<Given, Known> = Given & Record<Exclude<keyof Given, keyof Known>, never>;

/** A module, of which what nobody knows is refused by the compiler: else what is misspelt would be missing unsaid. */
export function defineModule<Request = never, Parts extends ModuleParts = never, Rows = never>(
  module: Module<Request, OnlyKnown<Parts, ModuleParts>, Rows>,
): Module<Request, Parts, Rows> {
  return module;
}
