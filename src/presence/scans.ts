import { LONGEST_STAY_MINUTES, knownPlaceKinds } from '../places/index.js';
import type { Stream } from '../kernel/stream.js';
import { presenceStream, type PresenceEvent } from './events.js';
import { eventsOf } from '../kernel/decider.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import type { CheckInRow, Fact } from './presence.js';
import { storePresence } from './store-presence.js';
import type { Means } from '../requests/context.js';
import type { Origin, Scanning } from '../intake/outcome.js';
import { readVisits } from './known-visits.js';
import { overByNext, scanDecider, visitScanned, type CloseByNext, type Scan } from './scan.js';

interface Scanned {
  status: 'accepted';
  visitId: string;
}

/**
 * Stores check-ins of one person under the tenant's rules for scans: a second scan at the same place within minutes
 * is the same visit, and a check-in elsewhere ends a stay that by imputation would still last.
 */
export async function storeScans(
  means: Means,
  rows: readonly CheckInRow[],
  origin: Origin,
  scanning: Scanning,
): Promise<Scanned[]> {
  const closing =
    scanning.closeByNext === 'unless-kind' ||
    (scanning.closeByNext === 'by-kind' && (await means.of(knownPlaceKinds).anyClosedByNext()));
  const { facts, outcomes } = await readScans(means, rows, origin, scanning.doubleScanMinutes);
  await storeByStream(means, facts);
  // Reads after storing: of two concurrent check-ins, the one stored last sees both.
  if (closing) await closeByNext(means, rows, new Set(outcomes.map(({ visitId }) => visitId)), origin, scanning);
  return outcomes;
}

/** The events of the scans, and the visit of each scan. */
async function readScans(
  { base: { store } }: Means,
  rows: readonly CheckInRow[],
  origin: Origin,
  doubleScanMinutes: number,
): Promise<{ facts: Fact[]; outcomes: Scanned[] }> {
  const reads = doubleScanMinutes > 0;
  let visits = reads ? await readVisits(store, streamsAround(rows)) : scanDecider.initialState;
  const facts: Fact[] = [];
  const outcomes: Scanned[] = [];
  for (const row of rows) {
    const scan: Scan = { type: 'Scan', row, origin, doubleScanMinutes };
    outcomes.push({ status: 'accepted', visitId: visitScanned(scan, visits) });
    for (const fact of eventsOf(scanDecider.decide(scan, visits))) {
      facts.push(fact);
      if (reads) visits = scanDecider.evolve(visits, fact);
    }
  }
  return { facts, outcomes };
}

async function closeByNext(
  means: Means,
  rows: readonly CheckInRow[],
  now: ReadonlySet<string>,
  origin: Origin,
  scanning: Scanning,
): Promise<void> {
  const visits = await readVisits(means.base.store, streamsAround(rows));
  const rules: Map<string, Awaited<ReturnType<typeof ruleAt>>> = new Map();
  const ruleAt = (placeId: string) => means.of(knownPlaceKinds).ruleAt(placeId);
  for (const { visit } of overByNext(visits, now)) rules.set(visit.placeId, await ruleAt(visit.placeId));
  const personId = rows[0]?.personId ?? '';
  const otherwise = scanning.closeByNext === 'unless-kind';
  const command: CloseByNext = { type: 'CloseByNext', personId, now, rules, closeByNext: otherwise, origin };
  await storeByStream(means, eventsOf(scanDecider.decide(command, visits)));
}

/** The streams that may hold visits overlapping with these rows, all of which are of one person. */
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
