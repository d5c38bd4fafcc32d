import { z } from 'zod';
import type { Contact, Factor, TraceCompleted } from '../cases/index.js';
import type { ContactList } from '../tracing/index.js';
import { SHARED } from '../contact-graph/place-facts.js';
import { refused } from '../kernel/errors.js';
import { readInstant } from '../kernel/instant.js';
import { instant, paged } from '../requests/paged.js';
import { pageOf, placeOf } from '../requests/pages.js';
import type { Asked } from './question-fields.js';
import type { QuestionContext } from './question-context.js';
import type { ContactFacts, ContactPage, ContactPlace } from './question-ports.js';
import { showCase, caseSchema } from './answer-schemas.js';
import { caseOf } from './cases.js';
import { NOT_TRACED } from './problems.js';
import { textOf, textOrNull } from './times.js';
import { UNREACHED_REASONS, unreachedReasonOf } from './unreached-reasons.js';

const place = z.tuple([z.number(), z.string()]);

export const answer = paged(
  z.object({
    person: z.string(),
    degree: z.int(),
    first: instant.describe('First exposure'),
    last: instant.nullable().describe('End of the last exposure; null while it is not known to have ended'),
    minutes: z.number(),
    places: z
      .array(z.string())
      .nullable()
      .describe(
        'Where a contact of degree 1 was met, empty if only phones were near; null unless `evidence` was asked for',
      ),
    via: z
      .array(z.string())
      .nullable()
      .describe(
        'Everybody of the next lower degree who was met, empty for degree 1; null unless `evidence` was asked for',
      ),
    cases: z.array(z.string()).describe("The contact's own live cases of the disease"),
    rule: z.string().describe('Profile and version by which the person is a contact'),
    untold: z
      .enum(UNREACHED_REASONS)
      .nullable()
      .describe('Why the alert failed, as in `unreached`; null if a message notified them, or still may'),
  }),
).extend({
  case: caseSchema,
  counts: z.array(z.object({ degree: z.int(), count: z.int() })).describe('Numbers for the whole list'),
  factors: z
    .array(
      z.object({ person: z.string(), shared: z.array(z.enum(SHARED)), since: instant, places: z.array(z.string()) }),
    )
    .nullable()
    .describe(
      'People who share something with the case without being an F1 (epidemiological factors), who are not alerted: on ' +
        'the first page, unless a degree was asked for; null unless `evidence` was asked for',
    ),
});
export type ContactsAnswer = z.infer<typeof answer>;

/**
 * Reads a page of the contacts of a case, as its latest completed trace found them: from the contact graph, or with their
 * evidence from the log, which takes longer because it reads the whole list.
 * @throws Refused when no trace of it is completed.
 */
export async function ask(context: QuestionContext, given: Asked<'contacts'>): Promise<ContactsAnswer> {
  const { graph } = context;
  const after = placeOf(given.cursor, place);
  // Both at once; the names are only needed with evidence.
  const [chosen, names] = await Promise.all([caseOf(graph, given), given.evidence ? graph.goesBy() : undefined]);
  const page = { degree: given.degree, after, limit: given.limit + 1 };
  const found: FoundPage | undefined = names
    ? listedPage(await context.lists.of(chosen.caseId), names, chosen.personId, page)
    : await graph.contacts(chosen.caseId, page);
  if (!found) throw refused(NOT_TRACED, `Case ${chosen.caseId} of ${chosen.personId} is not traced yet.`);
  const { items, next } = pageOf<ShownContact>(found.contacts, given.limit, ({ degree, personId }) => [
    degree,
    personId,
  ]);
  const { failed, cases } = await graph.outcomesAmong(
    chosen,
    items.map(({ personId }) => personId),
  );
  return {
    case: showCase(chosen),
    counts: found.counts,
    items: items.map(({ personId, degree, first, last, minutes, places, via, rule }) => ({
      ...{ person: personId, degree, first: textOf(first), last: textOrNull(last) },
      minutes: Math.round(minutes * 100) / 100,
      ...{ places: places ?? null, via: via ?? null },
      cases: [...(cases.get(personId) ?? [])],
      rule,
      untold: failed.has(personId) ? unreachedReasonOf(failed.get(personId) ?? null) : null,
    })),
    factors: found.factors ?? null,
    next,
  };
}

/** A contact with its evidence, if that was asked for. */
type ShownContact = ContactFacts & { places?: string[]; via?: string[] };

interface FoundPage extends ContactPage {
  contacts: ShownContact[];
  factors?: ContactsAnswer['factors'];
}

/** A page of a list of the log; undefined while no trace is completed. */
function listedPage(
  list: ContactList,
  names: NameOf,
  own: string,
  { degree, after, limit }: { degree: number | undefined; after: ContactPlace | undefined; limit: number },
): FoundPage | undefined {
  const { latest } = list;
  if (!latest) return undefined;
  const { contacts, factors } = peopleIn(list, latest, names, own);
  const rule = `${latest.profileId}@${latest.profileVersion}`;
  return {
    contacts: contacts
      .filter((each) => (degree === undefined || each.degree === degree) && (!after || isAfter(each, after)))
      .slice(0, limit)
      .map((contact) => ({
        ...metAs(contact),
        // Whoever is in between is in the list, too.
        via: [...new Set(contact.via.map((record) => names(record)))].sort(),
        rule,
      })),
    counts: countsOf(contacts),
    factors:
      after || degree !== undefined
        ? []
        : factors.map(({ personId, shared, since, placeIds }) => ({
            ...{ person: personId, shared, since },
            places: placeIds,
          })),
  };
}

/** Each person once, under the id that counts; contacts ordered by degree and id, factors by id. */
interface People {
  contacts: readonly Contact[];
  factors: readonly Factor[];
}

/** The id under which the person of a record goes. */
type NameOf = (record: string) => string;
type Latest = TraceCompleted['data'];
/** A list may be long, and the pages of one trace share its people, unless records are merged in between. */
const gathered = new WeakMap<Latest, { merges: string; people: People }>();

function peopleIn(list: ContactList, latest: Latest, names: NameOf, own: string): People {
  const renamed = [...list.contacts.keys(), ...list.factors.keys()].filter((record) => names(record) !== record);
  const merges = JSON.stringify([own, ...renamed.map((record) => [record, names(record)])]);
  const known = gathered.get(latest);
  if (known?.merges === merges) return known.people;
  const people = byPerson(list, names, own);
  gathered.set(latest, { merges, people });
  return people;
}

/** Records that were merged after the trace are one contact, the closest; nobody is a contact of their own case. */
function byPerson(list: ContactList, names: NameOf, own: string): People {
  // Few are merged, and a list is long: the others are not copied.
  const named = <T extends { personId: string }>(each: T): T => {
    const personId = names(each.personId);
    return personId === each.personId ? each : { ...each, personId };
  };
  const contacts = new Map<string, Contact>();
  for (const each of [...list.contacts.values()].map(named)) {
    const known = contacts.get(each.personId);
    if (!known || isCloser(each, known)) contacts.set(each.personId, each);
  }
  contacts.delete(own);
  const factors = new Map([...list.factors.values()].map(named).map((each) => [each.personId, each]));
  factors.delete(own);
  for (const { personId, degree } of contacts.values()) if (degree === 1) factors.delete(personId);
  return {
    contacts: [...contacts.values()].sort((a, b) => a.degree - b.degree || inOrder(a, b)),
    factors: [...factors.values()].sort(inOrder),
  };
}

const inOrder = (a: { personId: string }, b: { personId: string }): number => (a.personId < b.personId ? -1 : 1);

const isCloser = (one: Contact, other: Contact): boolean =>
  one.degree === other.degree ? one.firstExposureAt < other.firstExposureAt : one.degree < other.degree;

const isAfter = ({ degree, personId }: Contact, [lastDegree, last]: ContactPlace): boolean =>
  degree === lastDegree ? personId > last : degree > lastDegree;

function countsOf(contacts: readonly Contact[]): ContactsAnswer['counts'] {
  const counts = new Map<number, number>();
  for (const { degree } of contacts) counts.set(degree, (counts.get(degree) ?? 0) + 1);
  return [...counts].map(([degree, count]) => ({ degree, count }));
}

function metAs({ personId, degree, firstExposureAt, lastExposureAt, minutes, meetings }: Contact) {
  const places = new Set(meetings.flatMap(({ placeId }) => (placeId === null ? [] : [placeId])));
  return {
    ...{ personId, degree, minutes },
    first: readInstant(firstExposureAt),
    last: lastExposureAt === null ? null : readInstant(lastExposureAt),
    places: [...places].sort(),
  };
}
