import { placeKindOf } from './place-facts.js';
import { randomUUID } from 'node:crypto';
import type { Driver } from './driver.js';
import { UserError } from '../kernel/errors.js';
import { MARK } from './gate.js';
import { baseOf, kindOf, type LabelOf } from './instances.js';
import { inTransaction, int, rows, type Tx } from './neo4j.js';
import type { NumberedPlace } from './numbering.js';
import { visitsIn } from './packed.js';
import { keysAt, packedSlots } from './slot-reader.js';

const WIPED_AT_ONCE = 20_000;

/**
 * Labels of nodes derived from the log that no projection owns, or that graphs had before they recorded who owns what.
 * With the labels that projections own, these are all: anything else in the database must not be removed.
 */
export const LABELS = [
  ...[
    'Person',
    'Place',
    'PlaceKind',
    'StayRule',
    'Household',
    'Slot',
    'SlotPart',
    'Diary',
    'Case',
    'Alert',
    'AlertHour',
    'Task',
    'Answer',
  ],
  ...['Test', 'HeldResult', 'ProviderCount', 'OperatorCommand', 'Reminder', 'Message', 'SetAside', 'Checkpoint'],
];
const NOT_DERIVED = `Migration|${MARK}|Graph`;

/** Types of relationships derived from the log. Those of visits, which are most, have a step of their own. */
const VISITS = ['AT'];
const TYPES = ['IN', 'PART', 'NEAR', 'OF', 'EXPOSED', 'SHARED', 'SAME_AS', 'LIVES_IN', 'MET', 'VISITED'];

const stepsFor = ({ labels, visits, types }: Ours) => [
  // Relationships come first: a node may have too many for removing it in one transaction.
  removal(`()-[r:${visits}]->() WHERE startNode(r):Person`, 'DELETE r'),
  removal(`()-[r:${types}]->() WHERE startNode(r):${labels}`, 'DELETE r'),
  removal(`(r:${labels})`, 'DETACH DELETE r'),
];

function removal(pattern: string, remove: string): string {
  return `MATCH ${pattern} WITH r LIMIT $limit ${remove} RETURN count(r) AS count`;
}

/**
 * Removes everything derived from the log, but keeps the constraints and the record of applied migrations. Several
 * processes may do it at once. If one is killed, its mark makes the next projector finish the work, so that a new graph
 * always begins empty.
 * @throws UserError if the database holds another program's data.
 */
export async function wipe(driver: Driver, say: (removed: number) => void = () => undefined): Promise<void> {
  // The mark comes first: from then on nobody reads the graph, and a running projector notices.
  const ours = await inTransaction(driver, 'write', async (tx) => {
    const { summary } = await tx.run(
      // The names are kept for the next process, which finds no checkpoints if this one is killed.
      `MERGE (g:Graph {name: 'contact'})
       SET g.emptied = true, g.epoch = $epoch,
           g.owned = coalesce(g.owned, []) + COLLECT { MATCH (c:Checkpoint) UNWIND c.owns AS name RETURN DISTINCT name }`,
      { epoch: randomUUID() },
    );
    const found = await oursIn(tx);
    // A graph's own node is the first to be created and the last to be removed: without it, no data is ours.
    await refuseOthers(
      tx,
      summary.counters.updates().nodesCreated > 0 ? NOT_DERIVED : `${NOT_DERIVED}|${found.labels}`,
    );
    await tx.run('MATCH (c:Checkpoint) DETACH DELETE c');
    return found;
  });
  let removed = 0;
  for (const step of stepsFor(ours)) {
    for (;;) {
      const count = await whileMarked(driver, async (tx) => {
        const [row] = await rows<{ count: number }>(tx, step, { limit: int(WIPED_AT_ONCE) });
        return row?.count ?? 0;
      });
      if (count === undefined) return;
      if (count === 0) break;
      removed += count;
      say(removed);
    }
  }
  await whileMarked(driver, (tx) => tx.run('MATCH (g:Graph) DETACH DELETE g'));
}

/** Labels and relationship types of every existing version and rebuild, as query patterns. */
interface Ours {
  labels: string;
  visits: string;
  types: string;
}

async function oursIn(tx: Tx): Promise<Ours> {
  const [graph] = await rows<{ owned: string[] }>(tx, "MATCH (g:Graph {name: 'contact'}) RETURN g.owned AS owned");
  const owned = (graph?.owned ?? []).filter((name) => kindOf(name) === 'label');
  const labels = await rows<{ name: string }>(tx, 'CALL db.labels() YIELD label RETURN label AS name');
  const types = await rows<{ name: string }>(
    tx,
    'CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType AS name',
  );
  const pattern = (ours: readonly string[], found: readonly { name: string }[]) => {
    const made = found.map(({ name }) => name).filter((name) => ours.includes(baseOf(name)));
    return [...new Set([...ours, ...made])].join('|');
  };
  return {
    labels: pattern([...LABELS, ...owned], labels),
    visits: pattern(VISITS, types),
    types: pattern(TYPES, types),
  };
}

/**
 * Ensures that every node of the database has one of these labels.
 * @throws UserError if the database holds another program's data.
 */
async function refuseOthers(tx: Tx, ours: string): Promise<void> {
  const others = await rows<{ labels: string[] }>(
    tx,
    `MATCH (n) WHERE NOT n:${ours} RETURN labels(n) AS labels LIMIT 1000`,
  );
  const error = othersAmong(
    others.map(({ labels }) => labels),
    [],
  );
  if (error) throw error;
}

/** The error to throw if one of these nodes has none of our labels; undefined otherwise. */
export function othersAmong(nodes: readonly string[][], ours: readonly string[]): UserError | undefined {
  const others = nodes.filter((labels) => !labels.some((label) => ours.includes(label)));
  if (others.length === 0) return undefined;
  const labels = [...new Set(others.flat())].sort();
  return new UserError(
    `The Neo4j database has data of another program (${labels.join(', ') || 'nodes without a label'}); nothing was changed.`,
    'Set NEO4J_URL to a Neo4j of its own for the contact graph, or empty this one yourself.',
  );
}

/**
 * Runs work while the graph is marked. Undefined if the mark no longer exists: another process finished, and this is a
 * new graph.
 */
async function whileMarked<T>(driver: Driver, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
  return inTransaction(driver, 'write', async (tx) => {
    // The SET takes the lock, so that no new graph begins between this check and the work.
    const marked = await rows(
      tx,
      "MATCH (g:Graph {name: 'contact'}) SET g.numbering = true WITH g WHERE g.emptied RETURN 1 AS marked",
    );
    return marked.length === 0 ? undefined : work(tx);
  });
}

/** The visits at these places without a known check-out, by person and by their number in slots. */
export async function openVisitsAt(
  driver: Driver,
  label: LabelOf,
  places: readonly number[],
): Promise<{ person: number; number: number }[]> {
  const open = new Map<string, { person: number; number: number }>();
  await inTransaction(driver, 'read', async (tx) => {
    const slots = await packedSlots(tx, label, await keysAt(tx, label, places));
    for (const [key, { records }] of slots) {
      for (const { visit, person, imputed } of visitsIn(key, records)) {
        if (imputed) open.set(`${visit} of ${person}`, { person, number: visit });
      }
    }
  });
  return [...open.values()];
}

/** The places of these kinds that do not define their own length of open visits. */
export async function placesOfKinds(
  driver: Driver,
  label: LabelOf,
  kinds: ReadonlySet<string>,
): Promise<NumberedPlace[]> {
  const kind = label('Place.kind');
  return inTransaction(driver, 'read', async (tx) => {
    const spelt = await rows<{ kind: string }>(
      tx,
      `MATCH (p:Place) WHERE p.${kind} IS NOT NULL RETURN DISTINCT p.${kind} AS kind`,
    );
    const found = await rows<{ number: number; kind: string }>(
      tx,
      `MATCH (p:Place) WHERE p.${kind} IN $spelt AND p.${label('Place.stayMinutes')} IS NULL
       RETURN p.number AS number, p.${kind} AS kind`,
      { spelt: spelt.map(({ kind }) => kind).filter((kind) => kinds.has(placeKindOf(kind))) },
    );
    return found.map(({ number, kind }) => ({ number, ownStay: null, kind: placeKindOf(kind) }));
  });
}
