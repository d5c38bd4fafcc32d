import type { Driver } from 'neo4j-driver';
import { UserError } from '../kernel/errors.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { derivedGraph } from '../contact-graph/graph-mark.js';
import type { MarkedLog } from '../event-log/event-store.js';
import { replacedSince, type Derived } from '../event-log/log-guard.js';
import { describeReplaced } from '../event-log/log-mark.js';
import type { Runtime } from './runtime.js';

const MADE_AGAIN =
  'Rebuild the graph: npm start (or npx truyvet projector). Then import again everything that came in since the copy ' +
  'was made: see "Putting an older copy back" in docs/operations.md.';

/**
 * Checks once, for a command that answers from the graph, that the graph belongs to the log. Running processes check
 * every few seconds, but none may be running when an older copy of the log is restored, and the graph would then hold
 * facts that the log does not have.
 * @throws UserError when the log is not the one that the graph was built from.
 */
export async function requireSameLog(
  { marked, config }: Pick<Runtime, 'marked' | 'config'>,
  driver: Driver,
): Promise<void> {
  return requireLogOf(marked, derivedGraph(driver, config.now));
}

/** The same check for anything that is derived from the log. @throws UserError when it is of another log. */
export async function requireLogOf(log: MarkedLog, derived: Pick<Derived, 'known' | 'whose'>): Promise<void> {
  const known = await derived.known().catch((error: unknown) => {
    // The next query waits for the graph or reports it.
    if (error instanceof GraphNotReady) return undefined;
    throw error;
  });
  const replaced = known && (await replacedSince(log, known));
  if (replaced) throw new UserError(describeReplaced(replaced, derived.whose), MADE_AGAIN);
}
