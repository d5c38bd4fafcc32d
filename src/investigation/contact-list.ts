import { caseStream, type Contact } from '../cases/index.js';
import { addToContactList, emptyContactList, type ContactList } from '../tracing/index.js';
import { z } from 'zod';
import type { EventStore } from '../event-log/event-store.js';
import { refused } from '../kernel/errors.js';
import { NOT_TRACED } from './problems.js';
import { SHARED } from '../contact-graph/place-facts.js';
import { instant } from '../requests/paged.js';
import type { Asked } from './question-fields.js';
import { caseOf } from './cases.js';
import type { QuestionContext } from './question-context.js';
import { UNREACHED_REASONS, unreachedReasonOf } from './unreached-reasons.js';

const untold = z
  .enum(UNREACHED_REASONS)
  .nullable()
  .describe('Why the alert failed, as in `unreached`; null if a message notified them, or still may');
const via = z.array(z.string()).describe('Everybody of the next lower degree who was met');

export const answer = z.object({
  case_id: z.string(),
  person: z.string(),
  records: z.array(z.string()).describe('Other records of the same person'),
  disease: z.string(),
  status: z.enum(['live', 'retracted']),
  window: z.object({ from: instant, until: instant.nullable() }),
  f1: z.array(
    z.object({
      person: z.string(),
      first_exposure_at: instant,
      minutes: z.number(),
      places: z.array(z.string()),
      untold,
    }),
  ),
  f2: z.array(z.object({ person: z.string(), via, untold })),
  farther: z
    .array(z.object({ person: z.string(), degree: z.int(), via, untold }))
    .describe('Contacts of higher degrees, if the rules go that far'),
  factors: z
    .array(
      z.object({ person: z.string(), shared: z.array(z.enum(SHARED)), since: instant, places: z.array(z.string()) }),
    )
    .describe(
      'People who share something with the case without being an F1 (epidemiological factors); they are not alerted',
    ),
});
export type ContactListAnswer = z.infer<typeof answer>;

/**
 * All contacts of a case, as the log has them of its latest completed trace.
 * @throws Refused when no trace of it is completed.
 */
export async function ask({ graph, store }: QuestionContext, given: Asked<'contact-list'>): Promise<ContactListAnswer> {
  const chosen = await caseOf(graph, given);
  const list = await readContacts(store, chosen.caseId);
  if (!list.latest) {
    throw refused(NOT_TRACED, `Case ${chosen.caseId} of ${chosen.personId} has not been traced yet.`);
  }
  const { contacts, factors } = byPerson(list, await graph.goesBy(recordsIn(list)), chosen.personId);
  const failed = await graph.failedAmong(
    chosen.caseId,
    contacts.map(({ personId }) => personId),
  );
  const shown = contacts.map(({ personId, degree, via, ...contact }) => ({
    ...{ contact, degree, via, person: personId },
    untold: failed.has(personId) ? unreachedReasonOf(failed.get(personId) ?? null) : null,
  }));
  return {
    case_id: chosen.caseId,
    person: chosen.personId,
    records: chosen.records,
    disease: chosen.disease,
    status: chosen.status,
    window: { from: list.latest.from, until: list.latest.until },
    f1: shown
      .filter(({ degree }) => degree === 1)
      .map(({ person, contact, untold }) => ({ person, ...metAs(contact), untold })),
    f2: shown.filter(({ degree }) => degree === 2).map(({ person, via, untold }) => ({ person, via, untold })),
    farther: shown
      .filter(({ degree }) => degree > 2)
      .map(({ person, degree, via, untold }) => ({ person, degree, via, untold })),
    factors: factors.map(({ personId, shared, since, placeIds }) => ({
      ...{ person: personId, shared, since },
      places: placeIds,
    })),
  };
}

function recordsIn({ contacts, factors }: ContactList): string[] {
  return [...[...contacts.values()].flatMap(({ personId, via }) => [personId, ...via]), ...factors.keys()];
}

/** Records that were merged after the trace are one contact, the closest; nobody is a contact of their own case. */
function byPerson(list: ContactList, names: ReadonlyMap<string, string>, own: string) {
  const nameOf = (record: string) => names.get(record) ?? record;
  const inOrder = (a: { personId: string }, b: { personId: string }) => (a.personId < b.personId ? -1 : 1);
  const closest = [...list.contacts.values()].sort(
    (a, b) => b.degree - a.degree || (a.firstExposureAt < b.firstExposureAt ? 1 : -1),
  );
  const contacts = new Map(
    closest.map((each) => {
      const via = [...new Set(each.via.map(nameOf))];
      return [nameOf(each.personId), { ...each, personId: nameOf(each.personId), via }];
    }),
  );
  contacts.delete(own);
  const factors = new Map(
    [...list.factors.values()].map((each) => [nameOf(each.personId), { ...each, personId: nameOf(each.personId) }]),
  );
  factors.delete(own);
  for (const { personId, degree } of contacts.values()) if (degree === 1) factors.delete(personId);
  return { contacts: [...contacts.values()].sort(inOrder), factors: [...factors.values()].sort(inOrder) };
}

async function readContacts(store: EventStore, caseId: string): Promise<ContactList> {
  const list = emptyContactList();
  for await (const event of store.read(caseStream(caseId))) addToContactList(list, event);
  return list;
}

function metAs({ firstExposureAt, minutes, meetings }: Pick<Contact, 'firstExposureAt' | 'minutes' | 'meetings'>) {
  const places = new Set(meetings.flatMap(({ placeId }) => (placeId === null ? [] : [placeId])));
  return { first_exposure_at: firstExposureAt, minutes: Math.round(minutes * 100) / 100, places: [...places].sort() };
}
