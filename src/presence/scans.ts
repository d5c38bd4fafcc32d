import { LONGEST_STAY_MINUTES, knownPlaceKinds } from '../places/index.js';
import type { Stream } from '../kernel/stream.js';
import { presenceStream, type PresenceEvent } from './events.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { checkedIn, checkedOut, visitIdOfRow, type CheckInRow, type Fact } from './presence.js';
import { storePresence } from './store-presence.js';
import type { Means } from '../requests/context.js';
import type { Origin, Scanning } from '../intake/outcome.js';
import { readVisits, CLOSED_BY_NEXT, type KnownVisit } from './known-visits.js';

interface Scanned {
  status: 'accepted';
  visitId: string;
}

/**
 * Check-ins of one person, where a tenant has more made of a scan than it says: one within minutes of another
 * at the same place is the same visit, and one elsewhere ends a stay that would still be going on by imputation.
 */
export async function storeScans(
  means: Means,
  rows: readonly CheckInRow[],
  origin: Origin,
  scanning: Scanning,
): Promise<Scanned[]> {
  const closing = scanning.closeByNext || (await means.of(knownPlaceKinds).anyClosedByNext());
  const { facts, outcomes } = await readScans(means, rows, origin, scanning.doubleScanMinutes);
  await storeByStream(means, facts);
  // Read after it is stored: of two check-ins at once the one stored last sees both.
  if (closing) await closeByNext(means, rows, new Set(outcomes.map(({ visitId }) => visitId)), origin, scanning);
  return outcomes;
}

/** What the scans say, and of which visit each is: of its own, or of one scanned just before. */
async function readScans(
  { base: { store } }: Means,
  rows: readonly CheckInRow[],
  origin: Origin,
  doubleScanMinutes: number,
): Promise<{ facts: Fact[]; outcomes: Scanned[] }> {
  const visits = doubleScanMinutes > 0 ? await readVisits(store, streamsAround(rows)) : undefined;
  const facts: Fact[] = [];
  const outcomes = rows.map((row): Scanned => {
    const fact = checkedIn(row, origin);
    const first = visits?.doubleOf(fact, doubleScanMinutes * 60);
    const said = first ? secondScan(first, row, origin) : fact;
    if (said) {
      facts.push(said);
      visits?.add(said.event);
    }
    return { status: 'accepted', visitId: first?.visitId ?? visitIdOfRow(row, origin) };
  });
  return { facts, outcomes };
}

/** The second scan of a visit says nothing new, unless it knows when the person left. */
function secondScan(first: KnownVisit, { personId, leftAt }: CheckInRow, origin: Origin): Fact | undefined {
  const { visitId, placeId, arrivedAt } = first;
  if (leftAt === null || leftAt < arrivedAt || first.leftAt !== null) return undefined;
  return checkedOut({ visitId, personId, placeId, arrivedAt }, leftAt, origin);
}

/** Ends what new check-ins show to be over, and those of them that one which came before shows so. */
async function closeByNext(
  means: Means,
  rows: readonly CheckInRow[],
  now: ReadonlySet<string>,
  origin: Origin,
  scanning: Scanning,
): Promise<void> {
  const personId = rows[0]?.personId ?? '';
  const visits = [...(await readVisits(means.base.store, streamsAround(rows)))];
  const closings: Fact[] = [];
  for (const visit of visits) {
    if (visit.leftAt !== null && !visit.closedByNext) continue;
    const next = nextElsewhere(visit, visits, now);
    if (!next || (visit.leftAt !== null && visit.leftAt <= next.arrivedAt)) continue;
    const rule = await means.of(knownPlaceKinds).ruleAt(visit.placeId);
    const until = formatInstant(readInstant(visit.arrivedAt) + rule.stayMinutes * 60);
    // A stay that was over by then is left as it is: that they came elsewhere later does not make it longer.
    if (!(rule.closedByNext ?? scanning.closeByNext) || until <= next.arrivedAt) continue;
    const { visitId, placeId, arrivedAt } = visit;
    const provenance = { ...origin.provenance, source: CLOSED_BY_NEXT, causationId: next.eventId };
    closings.push(checkedOut({ visitId, personId, placeId, arrivedAt }, next.arrivedAt, { provenance }));
  }
  await storeByStream(means, closings);
}

/** The first check-in elsewhere after a visit began; undefined when neither that visit nor a later one has just come. */
function nextElsewhere(
  visit: KnownVisit,
  visits: readonly KnownVisit[],
  now: ReadonlySet<string>,
): KnownVisit | undefined {
  let next: KnownVisit | undefined;
  let concerned = now.has(visit.visitId);
  for (const other of visits) {
    if (other.placeId === visit.placeId || other.arrivedAt <= visit.arrivedAt) continue;
    concerned ||= now.has(other.visitId);
    if (!next || other.arrivedAt < next.arrivedAt) next = other;
  }
  return concerned ? next : undefined;
}

/** The person's streams in which visits stand that may be under way together with these; all rows are one person's. */
function streamsAround(rows: readonly CheckInRow[]): Stream<PresenceEvent>[] {
  const around = new Map<string, Stream<PresenceEvent>>();
  for (const { personId, arrivedAt } of rows) {
    const at = readInstant(arrivedAt);
    for (const minutes of [-LONGEST_STAY_MINUTES, 0, LONGEST_STAY_MINUTES]) {
      const stream = presenceStream(personId, formatInstant(Math.max(0, at + minutes * 60)));
      around.set(stream.name, stream);
    }
  }
  return [...around.values()];
}

async function storeByStream({ base: { store } }: Means, facts: readonly Fact[]): Promise<void> {
  const byStream = new Map<string, Fact[]>();
  for (const fact of facts) {
    const { name } = fact.stream;
    byStream.set(name, [...(byStream.get(name) ?? []), fact]);
  }
  for (const own of byStream.values()) await storePresence(store, own);
}
