import type { StreamFamily } from './stream.js';

/** One feature: all that the program has to know of it. `entrypoints/modules.ts` lists them. */
export interface Module {
  name: string;
  /** The streams that it owns, and with them the types of events. */
  streams?: readonly StreamFamily[];
}

export function defineModule(module: Module): Module {
  return module;
}
