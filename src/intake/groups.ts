import { PERSON_IDS } from './define-rows.js';
import type { Complaint } from '../requests/refusal.js';

/** Enough for a school class on a bus; no family is larger. */
export const MOST_PEOPLE = 50;

/** Whether a row is about several people, such as a family that one phone checked in. */
export function isGroup(raw: unknown): raw is Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || !(PERSON_IDS in raw)) return false;
  return raw.person_ids !== null && raw.person_ids !== '';
}

/** One row for each person of a group, in order and without duplicates; `person_id` may name one more person. */
export function rowsOfGroup(
  group: Record<string, unknown>,
): { people: { personId: string; raw: Record<string, unknown> }[] } | { complaint: Complaint } {
  const { [PERSON_IDS]: given, ...rest } = group;
  const own = rest['person_id'];
  const named: unknown[] = typeof given === 'string' ? given.split('|').map((id) => id.trim()) : [given].flat();
  if (typeof own === 'string') named.unshift(own);
  const ids = named.filter((id) => id !== '' && id !== null);
  if (ids.length === 0 || !ids.every((id) => typeof id === 'string')) {
    const fix = 'Give ids separated by |, or a list of texts.';
    return {
      complaint: { column: PERSON_IDS, reason: ids.length === 0 ? 'names nobody' : 'is not a list of ids', fix },
    };
  }
  const distinct = [...new Set(ids)];
  if (distinct.length > MOST_PEOPLE) {
    const reason = `names ${distinct.length} people, but one phone may scan for at most ${MOST_PEOPLE}`;
    return { complaint: { column: PERSON_IDS, reason, fix: 'Scan in smaller groups, or check each person in alone.' } };
  }
  return { people: distinct.map((personId) => ({ personId, raw: { ...rest, person_id: personId } })) };
}

/** A complaint about one person of a group, which names the person. */
export function ofPerson(personId: string, { reason, fix }: Complaint): Complaint {
  return { column: PERSON_IDS, reason: `names "${personId.slice(0, 100)}", which ${reason}`, fix };
}
