import type { Origin } from '../intake/outcome.js';
import type { Decider } from '../kernel/decider.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { CLOSED_BY_NEXT, KnownVisits, type KnownVisit } from './known-visits.js';
import { checkedIn, checkedOut, visitIdOfRow, type CheckIn, type Fact } from './presence.js';

/** A check-in of a person, whether it came by a file, a batch or HTTP. */
export interface Scan {
  type: 'Scan';
  row: CheckIn;
  origin: Origin;
  /** A second scan at a place within so many minutes is the same visit; 0 makes each its own. */
  doubleScanMinutes: number;
}

/** Ends what check-ins that have just come show to be over, and those of them that an earlier one shows so. */
export interface CloseByNext {
  type: 'CloseByNext';
  personId: string;
  /** The visits that have just come. */
  now: ReadonlySet<string>;
  /** How long people stay at a place, and whether a check-in elsewhere ends that; null as the tenant has it. */
  rules: ReadonlyMap<string, { stayMinutes: number; closedByNext: boolean | null }>;
  /** As the tenant has it. */
  closeByNext: boolean;
  origin: Origin;
}

export type ScanCommand = Scan | CloseByNext;

/** What is made of a person's check-ins beyond what each says, of the visits that are known. */
export const scanDecider: Decider<ScanCommand, Fact, KnownVisits> = {
  initialState: new KnownVisits(),

  decide(command, visits) {
    return command.type === 'Scan' ? scanned(command, visits) : closings(command, visits);
  },

  evolve(visits, { event }) {
    return visits.with(event);
  },
};

/** The visit that a scan is of: its own, or the one that was scanned just before. */
export function visitScanned(scan: Scan, visits: KnownVisits): string {
  return firstScanOf(scan, visits)?.visitId ?? visitIdOfRow(scan.row, scan.origin);
}

function firstScanOf({ row, origin, doubleScanMinutes }: Scan, visits: KnownVisits): KnownVisit | undefined {
  if (doubleScanMinutes === 0) return undefined;
  const { placeId, arrivedAt } = row;
  return visits.doubleOf({ visitId: visitIdOfRow(row, origin), placeId, arrivedAt }, doubleScanMinutes * 60);
}

function scanned(scan: Scan, visits: KnownVisits): Fact[] {
  const { row, origin } = scan;
  const first = firstScanOf(scan, visits);
  if (!first) return [checkedIn(row, origin)];
  // The second scan of a visit says nothing new, unless it knows when the person left.
  const { visitId, placeId, arrivedAt } = first;
  const { personId, leftAt } = row;
  if (leftAt === null || leftAt < arrivedAt || first.leftAt !== null) return [];
  return [checkedOut({ visitId, personId, placeId, arrivedAt }, leftAt, origin)];
}

function closings({ personId, now, rules, closeByNext, origin }: CloseByNext, visits: KnownVisits): Fact[] {
  return overByNext(visits, now).flatMap(({ visit, next }) => {
    const { visitId, placeId, arrivedAt } = visit;
    const rule = rules.get(placeId);
    if (!rule || !(rule.closedByNext ?? closeByNext)) return [];
    // A stay that was over by then is left as it is: that they came elsewhere later does not make it longer.
    if (formatInstant(readInstant(arrivedAt) + rule.stayMinutes * 60) <= next.arrivedAt) return [];
    const provenance = { ...origin.provenance, source: CLOSED_BY_NEXT, causationId: next.eventId };
    return [checkedOut({ visitId, personId, placeId, arrivedAt }, next.arrivedAt, { provenance })];
  });
}

/** Stays without a reported end, or with a later one, each with the check-in elsewhere that shows it to be over. */
export function overByNext(visits: KnownVisits, now: ReadonlySet<string>): { visit: KnownVisit; next: KnownVisit }[] {
  const all = [...visits];
  return all.flatMap((visit) => {
    if (visit.leftAt !== null && !visit.closedByNext) return [];
    const next = nextElsewhere(visit, all, now);
    return next && (visit.leftAt === null || visit.leftAt > next.arrivedAt) ? [{ visit, next }] : [];
  });
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
