import { v5 } from 'uuid';

/** The project's own namespace for UUIDs made of names. */
const NAMESPACE = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');

/**
 * A UUID of version 5 (RFC 9562) of a list of texts: the same list gives the same id, everywhere and for ever, which
 * is what makes a repeated command recognisable.
 */
export function idOf(...parts: string[]): string {
  // As bytes: of a text the library makes them letter by letter, which takes twice as long.
  return v5(Buffer.from(JSON.stringify(parts)), NAMESPACE);
}

/**
 * The visit that a source's own id names or, without one, its place and arrival: always one person's, since a phone may
 * scan for a whole family under one id.
 */
export function visitIdOf(
  source: string,
  visit: { visitId?: string | undefined; personId: string; placeId: string; arrivedAt: string },
): string {
  return visit.visitId
    ? idOf('visit', source, visit.personId, visit.visitId)
    : idOf('visit', source, visit.personId, visit.placeId, visit.arrivedAt);
}

/** The nth illness of a person, from 0. */
export function caseIdOf(personId: string, disease: string, episode: number): string {
  return idOf('case', personId, disease, String(episode));
}

export function alertIdOf(caseId: string, personId: string, sequence: number): string {
  return idOf('alert', caseId, personId, String(sequence));
}

/** @param what tells the task from others of its kind, case and person. */
export function taskIdOf(kind: string, caseId: string, personId: string, what: string): string {
  return idOf('task', kind, caseId, personId, what);
}

/** @param day as 2021-08-01. */
export function reminderIdOf(disease: string, phoneIndex: string, day: string): string {
  return idOf('reminder', disease, phoneIndex, day);
}
