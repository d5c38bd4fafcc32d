/**
 * One feature: all that the program has to know of it. `entrypoints/modules.ts` lists them. What is here is light, since
 * every command of the command line loads it; what works is loaded when it is needed.
 */
export interface Module<Request = unknown, Parts = unknown, Rows = unknown, Statement = unknown> {
  name: string;
  /** What can be done and asked. */
  requests?: readonly Request[];
  /** What comes in by files and batches. */
  rows?: readonly Rows[];
  /** What is said by HTTP of what was recorded, with the columns of rows. */
  statements?: readonly Statement[];
  /** What works: the streams that it owns, and with them the types of events. */
  components?: () => Promise<Parts>;
}
