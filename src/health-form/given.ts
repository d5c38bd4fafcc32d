import { SYMPTOMS } from './events.js';

/** The questions to a contact, in this order; each is answered with yes or no. */
export const ASKED_OF_CONTACTS = [...SYMPTOMS, 'vaccinated', 'moved'] as const;
export type AskedOfContacts = (typeof ASKED_OF_CONTACTS)[number];

/** For several people of a phone, also how many of them have symptoms. */
export type Field = AskedOfContacts | 'ill';
export type Given = Record<AskedOfContacts, boolean> & { ill?: number | undefined };

/** It is missing; it is 0, but somebody has symptoms; it is more, but nobody has any. */
export type Complaint = 'missing' | 'someone' | 'nobody';
export type Complaints = ReadonlyMap<Field, Complaint>;

/** What a form holds: the answers chosen, and how many people it asked about. */
export function givenIn(body: unknown): { given: Partial<Given>; people: number } {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const chosen = ASKED_OF_CONTACTS.flatMap((key) =>
    fields[key] === 'yes' || fields[key] === 'no' ? [[key, fields[key] === 'yes']] : [],
  );
  const ill = numberIn(fields['ill']);
  return {
    given: { ...Object.fromEntries(chosen), ...(ill === undefined ? {} : { ill }) },
    people: numberIn(fields['people']) ?? 1,
  };
}

function numberIn(field: unknown): number | undefined {
  return typeof field === 'string' && /^\d{1,6}$/.test(field) ? Number(field) : undefined;
}

/** By field, why an answer for so many people cannot be stored. */
export function complaintsAbout(given: Partial<Given>, people: number): Complaints {
  const complaints = new Map<Field, Complaint>();
  for (const key of ASKED_OF_CONTACTS) if (given[key] === undefined) complaints.set(key, 'missing');
  if (people === 1) return complaints;
  const { ill } = given;
  if (ill === undefined || ill > people) complaints.set('ill', 'missing');
  else if (ill === 0 && SYMPTOMS.some((symptom) => given[symptom])) complaints.set('ill', 'someone');
  else if (ill > 0 && SYMPTOMS.every((symptom) => given[symptom] === false)) complaints.set('ill', 'nobody');
  return complaints;
}
