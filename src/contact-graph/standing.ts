import type { RecordShape } from 'neo4j-driver';
import type { Driver } from './driver.js';
import { gateOf, GraphNotReady } from './gate.js';
import { baseOf, labelling, namesOf, type Instance, type LabelOf } from './instances.js';
import type { Kind } from './limits.js';
import { inTransaction, rows, type Tx } from './neo4j.js';
import { CONTACTS, type Reads } from './reads.js';

/** The state of the graph that decides whether it can answer a query. */
export interface Standing {
  epoch: string;
  filling: boolean;
  /** Number of events that are set aside, since they could not be written. */
  setAside: number;
  /** The builds of projections that queries read. */
  served: Pick<Instance, 'name' | 'version' | 'again' | 'owns' | 'state'>[];
  /** Changes with the builds that are served; null in a graph that no projector of this version has opened yet. */
  stamp: string | null;
}

/**
 * Undefined if there is no graph, or it is being emptied.
 * @param known an earlier answer: the builds that it names are not read again while they are the same.
 */
export async function standingIn(tx: Tx, known?: Standing): Promise<Standing | undefined> {
  const [found] = await rows<Omit<Standing, 'served'>>(
    tx,
    `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
     RETURN g.epoch AS epoch, coalesce(g.filling, false) AS filling, COUNT { MATCH (:SetAside) } AS setAside,
            g.served AS stamp`,
  );
  if (!found) return undefined;
  const { epoch, stamp } = found;
  if (known && stamp !== null && stamp === known.stamp && epoch === known.epoch)
    return { ...found, served: known.served };
  // Builds that change between the two queries have another stamp the next time.
  const served = await rows<Standing['served'][number]>(
    tx,
    `MATCH (c:Checkpoint) WHERE c.epoch = $epoch AND c.state IN ['active', 'left']
     RETURN c.projection AS name, c.version AS version, c.again AS again, c.owns AS owns, c.state AS state`,
    { epoch },
  );
  return { ...found, served };
}

/**
 * Runs a query of people. It requires that the graph is filled and that the projections read are up to date, and
 * ensures that the whole answer comes from one graph. If events are set aside, the gate reports how many.
 * @param work runs again if a projection was rebuilt meanwhile and its new rows replaced the old ones.
 * @throws GraphNotReady if the graph is being emptied or filled, or a projection read is being rebuilt: the answer
 * would silently omit what is missing.
 */
export async function answering<T>(
  driver: Driver,
  reads: Reads,
  work: (tx: Tx, label: LabelOf) => Promise<T>,
  kind: Kind = 'read',
): Promise<T> {
  return settled(driver, kind, work, (before, after) => {
    // A transaction sees what others commit meanwhile. Emptying a graph marks it before anything else.
    if (whole(before, reads).epoch !== whole(after, reads).epoch) throw new GraphNotReady('it was rebuilt meanwhile');
    gateOf(driver).lacks(after?.setAside ?? 0);
    return true;
  });
}

/**
 * Like `answering`, but for the program itself, which waits for the position that it needs, and so also queries a graph
 * that is being filled.
 * @throws GraphNotReady if a projection read is being rebuilt.
 */
export async function asking<T>(
  driver: Driver,
  reads: Reads,
  work: (tx: Tx, label: LabelOf) => Promise<T>,
): Promise<T> {
  return settled(driver, 'read', work, requiringMade(reads));
}

/**
 * Like `asking`, but for a single query, sent together with the checks before and after it, without waiting between.
 */
export async function askingOnce<Row extends RecordShape>(
  driver: Driver,
  reads: Reads,
  query: (label: LabelOf) => string,
  parameters: Record<string, unknown>,
): Promise<Row[]> {
  return settled(driver, 'read', (tx, label) => rows<Row>(tx, query(label), parameters), requiringMade(reads), true);
}

function requiringMade(reads: Reads): Check {
  return (before, after) => {
    const looks = [before, after].filter((standing) => standing !== undefined);
    if (looks.every((standing) => lackedBy(standing, reads).length === 0)) return true;
    // The builds may have been read while the graph was being emptied or created: only what both looks show is so.
    const isSettled =
      before?.epoch === after?.epoch &&
      before?.stamp === after?.stamp &&
      looks.every((standing) => lackedBy(standing, reads).length > 0);
    if (!isSettled) return false;
    for (const standing of looks) requireMade(standing, reads);
    return true;
  };
}

/** The standing as last read: the names of rows in it are nearly always still valid. */
const seen = new WeakMap<Driver, Standing>();

/** Whether the answer is valid; if not, the work runs again. Throws if it cannot be answered now. */
type Check = (before: Standing | undefined, after: Standing | undefined) => boolean;

/** @param once whether the work is a single query, so that the check after it need not wait for its answer. */
async function settled<T>(
  driver: Driver,
  kind: Kind,
  work: (tx: Tx, label: LabelOf) => Promise<T>,
  check: Check,
  once = false,
): Promise<T> {
  for (;;) {
    const outcome = await inTransaction(driver, kind, async (tx) => {
      // Sent together with the first query of the work.
      const known = seen.get(driver);
      const asked = standingIn(tx, known);
      asked.catch(() => undefined);
      const working = work(tx, labelling(known?.served ?? [])).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
      const last = once ? standingIn(tx, known) : undefined;
      last?.catch(() => undefined);
      const done = await working;
      const before = await asked;
      if (before) seen.set(driver, before);
      // Names of a graph that is gone would never be those of what is there.
      else seen.delete(driver);
      if ('error' in done) {
        if (isNamedAlike(known, before)) throw done.error;
        return undefined;
      }
      const after = await (last ?? standingIn(tx, before));
      const valid = check(before, after);
      return valid && isNamedAlike(known, before) && isNamedAlike(before, after) ? done : undefined;
    });
    if (outcome) return outcome.answer;
  }
}

/** Whether queries that use the names of the one are valid for the other. */
export function isNamedAlike(
  one: Pick<Standing, 'served'> | undefined,
  other: Pick<Standing, 'served'> | undefined,
): boolean {
  if (one?.served === other?.served) return true;
  // Names that are not listed are those of version 1. Visits are listed once for each of their checkpoints.
  const names = (standing: Pick<Standing, 'served'> | undefined) => [
    ...new Set((standing?.served ?? []).flatMap(namesOf).filter((name) => baseOf(name) !== name)),
  ];
  return JSON.stringify(names(one).sort()) === JSON.stringify(names(other).sort());
}

/**
 * Like `answering`, but for work that reads in several transactions, and may use queries that do not check the graph's
 * state.
 * @throws GraphNotReady if the graph was emptied or refilled at any time during the work.
 */
export async function answeringInSteps<T>(driver: Driver, work: () => Promise<T>): Promise<T> {
  const epoch = () => answering(driver, CONTACTS, async (tx) => whole(await standingIn(tx), CONTACTS).epoch);
  const before = await epoch();
  const answer = await work();
  if ((await epoch()) !== before) throw new GraphNotReady('it was rebuilt meanwhile');
  return answer;
}

/** @throws GraphNotReady if the graph is empty or being filled, or one of these projections is being rebuilt. */
export async function requireWhole(driver: Driver, reads = CONTACTS): Promise<void> {
  await answering(driver, reads, async () => undefined);
}

function whole(standing: Standing | undefined, reads: Reads): Standing {
  if (!standing) throw new GraphNotReady('it is empty, and a projector has to fill it from the log');
  if (standing.filling) {
    throw new GraphNotReady(
      'it is being filled from the log, and lacks the latest events',
      'Try again later: `npx truyvet projections status` shows its progress.',
    );
  }
  requireMade(standing, reads);
  return standing;
}

/** Names of these that are missing, or of another version than the projector writes. */
function lackedBy({ served }: Standing, reads: Reads): string[] {
  return reads.filter((name) => !served.some((each) => each.name === name && each.state === 'active'));
}

/** @throws GraphNotReady if one of these is missing, or of another version than the projector writes. */
function requireMade(standing: Standing, reads: Reads): void {
  const lacking = lackedBy(standing, reads);
  if (lacking.length === 0) return;
  throw new GraphNotReady(
    `${lacking.join(' and ')} ${lacking.length === 1 ? 'is' : 'are'} being rebuilt from the log`,
    'Try again later: `npx truyvet projections status` shows the progress. Questions that do not need them are answered.',
  );
}
