import type { Origin } from '../intake/outcome.js';
import type { Decider } from '../kernel/decider.js';
import { formatInstant, readInstant } from '../kernel/instant.js';
import { CLOSED_BY_NEXT, KnownVisits, type KnownVisit } from './known-visits.js';
import { checkedIn, checkedOut, visitIdOfRow, type CheckIn, type Fact } from './presence.js';

/** A check-in of a person from a file, a batch or HTTP. */
export interface Scan {
  type: 'Scan';
  row: CheckIn;
  origin: Origin;
  /** A second scan at a place within so many minutes is the same visit; with 0, every scan is a visit of its own. */
  doubleScanMinutes: number;
}

/** Ends stays that new check-ins show to be over, and new stays that a known later check-in shows to be over. */
export interface CloseByNext {
  type: 'CloseByNext';
  personId: string;
  /** Ids of the new visits. */
  now: ReadonlySet<string>;
  /** By place: the usual stay, and whether a check-in elsewhere ends it; null for the tenant's setting. */
  rules: ReadonlyMap<string, { stayMinutes: number; closedByNext: boolean | null }>;
  /** The tenant's setting. */
  closeByNext: boolean;
  origin: Origin;
}

export type ScanCommand = Scan | CloseByNext;

/** Derives events from a person's check-ins and known visits that no single check-in states. */
export const scanDecider: Decider<ScanCommand, Fact, KnownVisits> = {
  initialState: new KnownVisits(),

  decide(command, visits) {
    return command.type === 'Scan' ? scanned(command, visits) : closings(command, visits);
  },

  evolve(visits, { event }) {
    return visits.with(event);
  },
};

/** The visit of a scan: a new one, or the one that was scanned shortly before. */
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
  // A second scan of a visit adds nothing, unless it has the end of the visit.
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
    // A stay that was over by then is not changed: a later check-in elsewhere does not make it longer.
    if (formatInstant(readInstant(arrivedAt) + rule.stayMinutes * 60) <= next.arrivedAt) return [];
    const provenance = { ...origin.provenance, source: CLOSED_BY_NEXT, causationId: next.eventId };
    return [checkedOut({ visitId, personId, placeId, arrivedAt }, next.arrivedAt, { provenance })];
  });
}

/** Stays whose end was not reported, each with the check-in elsewhere that shows that it ended, or ended earlier. */
export function overByNext(visits: KnownVisits, now: ReadonlySet<string>): { visit: KnownVisit; next: KnownVisit }[] {
  const all = [...visits];
  return all.flatMap((visit) => {
    if (visit.leftAt !== null && !visit.closedByNext) return [];
    const next = nextElsewhere(visit, all, now);
    return next && (visit.leftAt === null || visit.leftAt > next.arrivedAt) ? [{ visit, next }] : [];
  });
}

/** The first check-in elsewhere after a visit began; undefined if neither the visit nor any later one is new. */
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
