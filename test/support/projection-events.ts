import { MIDNIGHT } from '../oracle/worlds.js';
import { confirmed } from './builders/cases.js';
import type { DomainEvent } from './events.js';
import { formatInstant } from '../../src/kernel/instant.js';
import { textOf, visitFacts } from './graph.js';

/** The case in the examples: An, who fell ill on the day that begins at `MIDNIGHT`. */
export const AN = { caseId: 'case of An', personId: 'An', disease: 'covid-19' };
const PROFILE = { profileId: 'covid-19-vn-5053', profileVersion: 1 };

/** Times are minutes after midnight, as everywhere below. */
export const checkedIn = (person: string, place: string, from: number, to: number): DomainEvent => ({
  type: 'CheckedIn',
  data: { ...visitFacts(person, place, from, to), visitId: `${person} at ${place}` },
});

export const near = (until: number): DomainEvent => ({
  type: 'ProximityObserved',
  data: { personA: 'An', personB: 'Binh', startedAt: textOf(0), endedAt: textOf(until), distanceMetres: 1.5 },
});

export const isolated = (personId: string, from: number): DomainEvent => ({
  type: 'PersonIsolated',
  data: { personId, startedAt: textOf(from) },
});

/** Merges two records; the first counts. */
export const merged = (into: string, personId: string): DomainEvent => ({
  type: 'PersonMerged',
  data: { personId, into },
});

export const ruled = (stayMinutes: number, shares: 'vehicle' | null): DomainEvent => ({
  type: 'PlaceKindRuled',
  data: { kind: 'bus', stayMinutes, closedByNext: null, shares },
});

/** All events of a case whose trace found these contacts, each with a degree; they were all at the cafe. */
export function traced(
  contacts: readonly (readonly [personId: string, degree: number])[],
  traceId: string,
  gone: readonly string[] = [],
): DomainEvent[] {
  const { caseId } = AN;
  const opened: DomainEvent[] = [
    confirmed(caseId, 'An', { collectedAt: textOf(0) }),
    {
      type: 'InfectiousWindowChanged',
      data: { caseId, from: textOf(-2880), until: null, anchorAt: textOf(0), basis: 'sampling', ...PROFILE },
    },
  ];
  const found = contacts.map(([personId, degree]) => ({
    ...{ personId, degree, firstExposureAt: textOf(0), lastExposureAt: textOf(30), minutes: 30 },
    ...{ meetings: [], via: [], shared: [] },
  }));
  return [
    ...contacts.map(([personId]) => checkedIn(personId, 'cafe', 0, 30)),
    ...opened,
    {
      type: 'ContactsTraced',
      data: { caseId, traceId, index: 0, found, gone: [...gone], factors: [], factorsGone: [] },
    },
    {
      type: 'TraceCompleted',
      data: {
        ...{ caseId, traceId, chunks: 1, from: formatInstant(MIDNIGHT - 2 * 86_400), until: null, ...PROFILE },
        ...{ graphPosition: '1/1', counts: [contacts.length], factors: 0, greatestDegree: 2, lingeringMinutes: 0 },
      },
    },
  ];
}

const alertOf = (personId: string) => `alert of ${personId}`;

export const requested = (personId: string): DomainEvent => ({
  type: 'AlertRequested',
  data: { ...AN, alertId: alertOf(personId), personId, degree: 1, sequence: 0 },
});

export const sent = (personId: string): DomainEvent => ({
  type: 'AlertSent',
  data: {
    ...{ alertId: alertOf(personId), provider: 'outbox', reference: 'r' },
    ...{ degree: 1, until: null, cases: [] },
  },
});

export const failed = (personId: string): DomainEvent => ({
  type: 'AlertFailed',
  data: { alertId: alertOf(personId), reason: 'no-phone', detail: '', provider: null },
});
