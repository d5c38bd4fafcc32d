import type { Driver } from 'neo4j-driver';
import { UserError } from '../kernel/errors.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { derivedGraph } from '../contact-graph/graph-mark.js';
import type { MarkedLog } from '../event-log/event-store.js';
import { replacedSince, type Derived } from '../event-log/log-guard.js';
import { describeReplaced } from '../event-log/log-mark.js';
import type { Runtime } from './runtime.js';

const MADE_AGAIN =
  'Start what makes the graph again: npm start (or npx truyvet projector). Then import again what came in since the copy ' +
  'was made: see "Putting an older copy back" in docs/operations.md.';

/**
 * Of a command that answers somebody from the graph, once and for all: running processes look every few seconds, but
 * none may be running when an older copy of the log was put back, and the graph then tells of what never was.
 * @throws UserError when the log is not the one that the graph was made of.
 */
export async function requireSameLog(
  { marked, config }: Pick<Runtime, 'marked' | 'config'>,
  driver: Driver,
): Promise<void> {
  return requireLogOf(marked, derivedGraph(driver, config.now));
}

/** @throws UserError as above, for anything that is derived from the log. */
export async function requireLogOf(log: MarkedLog, derived: Pick<Derived, 'known' | 'whose'>): Promise<void> {
  const known = await derived.known().catch((error: unknown) => {
    // What asks next waits for it, or says so.
    if (error instanceof GraphNotReady) return undefined;
    throw error;
  });
  const replaced = known && (await replacedSince(log, known));
  if (replaced) throw new UserError(describeReplaced(replaced, derived.whose), MADE_AGAIN);
}
