import { v5 } from 'uuid';

/** The project's own namespace for name-based UUIDs. */
const NAMESPACE = Buffer.from('6f1c5d1e8a434f0d9d1b7a2c3e5f8091', 'hex');

/**
 * A UUID of version 5 (RFC 9562) from a list of texts. The same list always gives the same id, so a repeated command
 * can be recognised.
 */
export function idOf(...parts: string[]): string {
  // As bytes: the library converts a text letter by letter, which takes twice as long.
  return v5(Buffer.from(JSON.stringify(parts)), NAMESPACE);
}

/**
 * The id of a visit, from the source's own id or, without one, from its place and arrival. The person is always part of
 * it, since a phone may scan for a whole family under one id.
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

/** @param what distinguishes the task from others of the same kind, case and person. */
export function taskIdOf(kind: string, caseId: string, personId: string, what: string): string {
  return idOf('task', kind, caseId, personId, what);
}

/** @param day such as 2021-08-01. */
export function reminderIdOf(disease: string, phoneIndex: string, day: string): string {
  return idOf('reminder', disease, phoneIndex, day);
}
