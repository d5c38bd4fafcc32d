import { placeKindOf } from './place-facts.js';
import { randomUUID } from 'node:crypto';
import type { Driver } from 'neo4j-driver';
import { UserError } from '../kernel/errors.js';
import { MARK } from './gate.js';
import { baseOf } from './instances.js';
import { inTransaction, int, ints, rows, type Tx } from './neo4j.js';
import type { NumberedPerson, NumberedPlace } from './numbering.js';
import { numberOfKey, type VisitKey } from './visit-key.js';

const WIPED_AT_ONCE = 20_000;

/** Everything that is made from the log; whatever else stands in the database is not ours to remove. */
export const LABELS = [
  ...['Person', 'Place', 'PlaceKind', 'Household', 'Slot', 'SlotPart', 'Case', 'Alert', 'AlertHour', 'Task', 'Answer'],
  ...['Test', 'HeldResult', 'ProviderCount', 'OperatorCommand', 'Reminder', 'Message', 'SetAside', 'Checkpoint'],
];
const NOT_DERIVED = `Migration|${MARK}|Graph`;

/** Types of relationships that are made from the log beside those of visits. */
const TYPES = ['IN', 'PART', 'NEAR', 'OF', 'EXPOSED', 'SHARED', 'SAME_AS', 'LIVES_IN'];

const stepsFor = ({ labels, types }: Ours) => [
  // Relationships go first: a node may have so many that removing it would not fit into a transaction.
  removal('()-[r:AT]->() WHERE startNode(r):Person', 'DELETE r'),
  removal(`()-[r:${types}]->() WHERE startNode(r):${labels}`, 'DELETE r'),
  removal(`(r:${labels})`, 'DETACH DELETE r'),
];

function removal(pattern: string, remove: string): string {
  return `MATCH ${pattern} WITH r LIMIT $limit ${remove} RETURN count(r) AS count`;
}

/**
 * Removes everything that is derived from the log; what stays are the constraints and which migrations ran. Several
 * may do it at once, and one that was killed leaves a mark by which the next projector finishes the work: a graph is
 * begun anew on empty ground only.
 * @throws UserError when the database holds another program's data.
 */
export async function wipe(driver: Driver, say: (removed: number) => void = () => undefined): Promise<void> {
  // The mark comes first: from here on nobody reads the graph, and a projector that still runs notices.
  const ours = await inTransaction(driver, 'write', async (tx) => {
    const { summary } = await tx.run("MERGE (g:Graph {name: 'contact'}) SET g.emptied = true, g.epoch = $epoch", {
      epoch: randomUUID(),
    });
    const found = await oursIn(tx);
    // Whoever makes a graph marks it first, and whoever empties one takes the mark away last: without it nothing is ours.
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

/** Labels, and types of relationships, of every version and making that is there, as patterns. */
interface Ours {
  labels: string;
  types: string;
}

async function oursIn(tx: Tx): Promise<Ours> {
  const labels = await rows<{ name: string }>(tx, 'CALL db.labels() YIELD label RETURN label AS name');
  const types = await rows<{ name: string }>(
    tx,
    'CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType AS name',
  );
  const pattern = (ours: readonly string[], found: readonly { name: string }[]) => {
    const made = found.map(({ name }) => name).filter((name) => ours.includes(baseOf(name)));
    return [...new Set([...ours, ...made])].join('|');
  };
  return { labels: pattern(LABELS, labels), types: pattern(TYPES, types) };
}

/**
 * Makes sure that every node of the database has one of these labels.
 * @throws UserError when it holds another program's data.
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

/** The error to fail with when one of these nodes has none of our labels. */
export function othersAmong(nodes: readonly string[][], ours: readonly string[]): UserError | undefined {
  const others = nodes.filter((labels) => !labels.some((label) => ours.includes(label)));
  if (others.length === 0) return undefined;
  const labels = [...new Set(others.flat())].sort();
  return new UserError(
    `The Neo4j database holds data of another program (${labels.join(', ') || 'nodes without a label'}); nothing was changed.`,
    'Set NEO4J_URL to a Neo4j of its own for the contact graph, or empty this one yourself.',
  );
}

/** Undefined when the mark is gone: somebody else finished, and what is there now is a new graph. */
async function whileMarked<T>(driver: Driver, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
  return inTransaction(driver, 'write', async (tx) => {
    // The SET takes the lock, so that no new graph begins between this look and the work.
    const marked = await rows(
      tx,
      "MATCH (g:Graph {name: 'contact'}) SET g.numbering = true WITH g WHERE g.emptied RETURN 1 AS marked",
    );
    return marked.length === 0 ? undefined : work(tx);
  });
}

/** The visits at these places of which no check-out is known. */
export async function openVisitsAt(
  driver: Driver,
  places: readonly number[],
): Promise<{ visit: VisitKey; person: NumberedPerson }[]> {
  const found = await inTransaction(driver, 'read', (tx) =>
    rows<{ key: number; person: number; node: number }>(
      tx,
      `UNWIND $places AS place
       MATCH (:Place {number: place})<-[:IN]-(:Slot)<-[a:AT]-(p:Person) WHERE a.open
       RETURN DISTINCT a.v AS key, p.number AS person, id(p) AS node`,
      { places: ints(places) },
    ),
  );
  return found.map(({ key, person, node }) => ({
    visit: { key, number: numberOfKey(key) },
    person: { number: person, node },
  }));
}

/** The places of these kinds that do not say themselves how long an open visit lasts. */
export async function placesOfKinds(driver: Driver, kinds: ReadonlySet<string>): Promise<NumberedPlace[]> {
  return inTransaction(driver, 'read', async (tx) => {
    const spelt = await rows<{ kind: string }>(
      tx,
      'MATCH (p:Place) WHERE p.kind IS NOT NULL RETURN DISTINCT p.kind AS kind',
    );
    const found = await rows<{ number: number; kind: string }>(
      tx,
      'MATCH (p:Place) WHERE p.kind IN $spelt AND p.stayMinutes IS NULL RETURN p.number AS number, p.kind AS kind',
      { spelt: spelt.map(({ kind }) => kind).filter((kind) => kinds.has(placeKindOf(kind))) },
    );
    return found.map(({ number, kind }) => ({ number, ownStay: null, kind: placeKindOf(kind) }));
  });
}
