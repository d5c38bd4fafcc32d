/**
 * One feature, with all that the program has to know about it. `entrypoints/modules.ts` lists the modules. A module is
 * light, because every command of the command line loads it; `components` loads the working parts when they are needed.
 */
export interface Module<Request = unknown, Parts = unknown, Rows = unknown> {
  name: string;
  /** Its commands and questions. */
  requests?: readonly Request[];
  /** The kinds of rows that files and batches may bring. */
  rows?: readonly Rows[];
  /** The working parts: among them the streams that it owns, and with these its types of events. */
  components?: () => Promise<Parts>;
}
