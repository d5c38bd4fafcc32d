import type { Driver } from 'neo4j-driver';
import { gateOf, GraphNotReady } from './gate.js';
import type { Kind } from './limits.js';
import { inTransaction, rows, type Tx } from './neo4j.js';

/** What the graph says of itself to whoever asks it for an answer. */
export interface Standing {
  epoch: string;
  filling: boolean;
  /** Events that it lacks, since they could not be brought into it. */
  setAside: number;
}

/** Undefined when there is no graph, or one that is being emptied. */
export async function standingIn(tx: Tx): Promise<Standing | undefined> {
  const [found] = await rows<Standing>(
    tx,
    `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
     RETURN g.epoch AS epoch, coalesce(g.filling, false) AS filling, COUNT { MATCH (:SetAside) } AS setAside`,
  );
  return found;
}

/**
 * Runs what people are answered from: only on a graph that holds what the log does, all of it of one graph. Where events
 * are set aside, the gate says how many.
 * @throws GraphNotReady when it is being emptied or filled: what it lacks would be answered as if it were not so.
 */
export async function answering<T>(driver: Driver, work: (tx: Tx) => Promise<T>, kind: Kind = 'read'): Promise<T> {
  return inTransaction(driver, kind, async (tx) => {
    // On its way together with the first query of the work.
    const asked = standingIn(tx);
    asked.catch(() => undefined);
    const answer = await work(tx);
    const before = whole(await asked);
    // A transaction sees what others commit meanwhile; who empties a graph marks it before anything else.
    const after = whole(await standingIn(tx));
    if (before.epoch !== after.epoch) throw new GraphNotReady('it was made anew meanwhile');
    gateOf(driver).lacks(after.setAside);
    return answer;
  });
}

/**
 * The same of work that reads in several transactions, also with what answers whatever state the graph is in.
 * @throws GraphNotReady when it was emptied or filled anew at any moment of it.
 */
export async function answeringInSteps<T>(driver: Driver, work: () => Promise<T>): Promise<T> {
  const epoch = () => answering(driver, async (tx) => whole(await standingIn(tx)).epoch);
  const before = await epoch();
  const answer = await work();
  if ((await epoch()) !== before) throw new GraphNotReady('it was made anew meanwhile');
  return answer;
}

/** @throws GraphNotReady */
export async function requireWhole(driver: Driver): Promise<void> {
  await answering(driver, async () => undefined);
}

function whole(standing: Standing | undefined): Standing {
  if (!standing) throw new GraphNotReady('it is empty, and a projector has to fill it from the log');
  if (standing.filling) {
    throw new GraphNotReady(
      'it is being filled from the log, and lacks what comes last',
      'Ask again in a while: `npx truyvet projections status` says how far it has come.',
    );
  }
  return standing;
}
