import type { StreamFamily } from './stream.js';

/** The working parts of a module, loaded when they are needed. `entrypoints/modules.ts` has their types. */
export interface ModuleComponents {
  /** The streams that it owns, and with them the types of events. */
  streams: readonly StreamFamily[];
  /** The problems with which it refuses requests. */
  problems?: readonly unknown[];
  /** The purposes of the messages that it sends. */
  purposes?: readonly unknown[];
  /** Its projections into the contact graph. @param zone in which days are counted. */
  projections?: (zone: string) => Promise<readonly unknown[]>;
  /** What a worker does for it: its jobs, and its reactions to events of the log. */
  work?: () => Promise<object>;
}

/**
 * One feature, with all that the program has to know about it. `entrypoints/modules.ts` lists the modules. A module is
 * light, because every command of the command line loads it; `components` loads the working parts when they are needed.
 */
export interface Module<Request = unknown, Loaded = unknown, Rows = unknown, Statement = unknown> {
  name: string;
  /** Its commands and questions. */
  requests?: readonly Request[];
  /** The kinds of rows that files and batches may bring. */
  rows?: readonly Rows[];
  /** What can be reported over HTTP about earlier rows, with the columns of rows: a check-out, a correction. */
  statements?: readonly Statement[];
  /** The working parts: among them the streams that it owns, and with these its types of events. */
  components?: () => Promise<Loaded>;
}

/** Refuses unknown keys: TypeScript does not look for excess properties in a value that a function returns. */
type OnlyKnown<Given, Known> = Given & Record<Exclude<keyof Given, keyof Known>, never>;

/** A module. The compiler refuses unknown keys: otherwise a misspelt part would be missing without a word. */
export function defineModule<Request = never, Loaded extends ModuleComponents = never, Rows = never, Statement = never>(
  module: Module<Request, OnlyKnown<Loaded, ModuleComponents>, Rows, Statement>,
): Module<Request, Loaded, Rows, Statement> {
  return module;
}
