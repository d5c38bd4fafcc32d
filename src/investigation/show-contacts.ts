import type { Shared } from '../contact-graph/place-facts.js';
import { type Contact, caseStream } from '../cases/events.js';
import type { Driver } from 'neo4j-driver';
import { addToContactList, emptyContactList, type ContactList } from '../tracing/contacts.js';
import { UserError } from '../kernel/errors.js';
import type { CaseFacts, QuestionGraph } from './question-ports.js';
import type { EventStore } from '../event-log/event-store.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { recordsLine } from './answers.js';
import { caseOf } from './cases.js';
import { forPeople } from '../cli/for-people.js';
import { fullId } from './full-ids.js';
import { untoldAs, untoldTold, type Untold } from './untold.js';
import { openForPeople } from '../entrypoints/for-people.js';
import { groundOf } from './ground.js';
import { asOptions } from '../cli/options.js';
import { openRuntime, type Runtime } from '../entrypoints/runtime.js';
import { requireSameLog } from '../entrypoints/same-log.js';

export interface ContactsOptions {
  person?: string | undefined;
  disease?: string;
  case?: string;
  json?: boolean;
}

interface NotTold {
  /** Why the alert failed, as in `unreached`; null where a message told them, or may yet. */
  untold: Untold | null;
}

export interface ContactsAnswer {
  caseId: string;
  person: string;
  /** Other records of the same person. */
  records: string[];
  disease: string;
  status: CaseFacts['status'];
  window: { from: string; until: string | null };
  f1: ({ person: string; firstExposureAt: string; minutes: number; places: string[] } & NotTold)[];
  f2: ({ person: string; via: string[] } & NotTold)[];
  /** Contacts of higher degrees, where the rules go that far. */
  farther: ({ person: string; degree: number; via: string[] } & NotTold)[];
  /** Who shares something with the case without being an F1: epidemiological factors, which nobody is alerted for. */
  factors: { person: string; shared: Shared[]; since: string; places: string[] }[];
}

/** Prints the contacts of a case for the command line. */
export async function showContacts(options: ContactsOptions): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'contacts'), ['neo4j']);
  try {
    await withGraph(runtime, config.zone, async (graph, driver) => {
      await requireSameLog(runtime, driver);
      const answer = await contactsIn(runtime.store, graph, options);
      if (options.json) console.log(JSON.stringify(answer));
      else for (const line of contactLines(await forPeople(answer, graph, config.zone))) console.log(line);
    });
  } finally {
    await runtime.close();
  }
}

/** @throws UserError when there is no such case, or no trace of it is completed. */
export async function contactsOf(
  runtime: Pick<Runtime, 'urls' | 'store' | 'storeId'>,
  options: ContactsOptions,
): Promise<ContactsAnswer> {
  return withGraph(runtime, 'UTC', (graph) => contactsIn(runtime.store, graph, options));
}

/** The same as it is shown to people of a zone. @throws UserError as above. */
export async function contactsForPeople(
  runtime: Pick<Runtime, 'urls' | 'store' | 'storeId'>,
  options: ContactsOptions,
  zone: string,
): Promise<ContactsAnswer> {
  return withGraph(runtime, zone, async (graph) =>
    forPeople(await contactsIn(runtime.store, graph, options), graph, zone),
  );
}

async function withGraph<T>(
  runtime: Pick<Runtime, 'urls' | 'store' | 'storeId'>,
  zone: string,
  use: (graph: QuestionGraph, driver: Driver) => Promise<T>,
): Promise<T> {
  const opened = openForPeople(runtime);
  try {
    return await use(groundOf(opened.driver, runtime.store, { zone }).graph, opened.driver);
  } finally {
    await opened.close();
  }
}

async function contactsIn(
  store: EventStore,
  graph: QuestionGraph,
  { person, case: id, disease }: ContactsOptions,
): Promise<ContactsAnswer> {
  const chosen = await asOptions(async () =>
    caseOf(graph, {
      ...{ person, disease: disease?.toLowerCase() },
      case: id === undefined ? undefined : await fullId(graph, 'case', id, 'case'),
    }),
  );
  const list = await readContacts(store, chosen.caseId);
  if (!list.latest) {
    throw new UserError(
      `Case ${chosen.caseId} of ${chosen.personId} is not traced yet.`,
      'Wait for it with --wait on the import, or see that a worker runs: npm start',
    );
  }
  const { contacts, factors } = byPerson(list, await graph.goesBy(recordsIn(list)), chosen.personId);
  const failed = await graph.failedAmong(
    chosen.caseId,
    contacts.map(({ personId }) => personId),
  );
  const shown = contacts.map(({ personId, degree, via, ...contact }) => ({
    ...{ contact, degree, via, person: personId },
    untold: failed.has(personId) ? untoldAs(failed.get(personId) ?? null) : null,
  }));
  return {
    caseId: chosen.caseId,
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

/** Records that were merged since the trace are one contact, the closest; nobody is a contact of their own. */
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
  return { firstExposureAt, minutes: Math.round(minutes * 100) / 100, places: [...places].sort() };
}

/** As people read it. */
export function* contactLines(answer: ContactsAnswer): Generator<string> {
  const { caseId, person, records, disease, status, window, f1, f2, farther, factors } = answer;
  const retracted = status === 'retracted' ? ', retracted' : '';
  yield `${person}: ${disease}, case ${caseId}${retracted}`;
  yield* recordsLine(person, records);
  yield `Infectious from ${window.from} until ${window.until ?? 'isolation (none is recorded)'}`;
  yield `${f1.length} F1`;
  for (const each of f1) {
    const where = each.places.length > 0 ? ` at ${each.places.join(', ')}` : ', by phone';
    yield `  ${each.person}: from ${each.firstExposureAt}, ${each.minutes} min${where}${untoldTold(each.untold)}`;
  }
  yield `${f2.length} F2`;
  for (const each of f2) yield `  ${each.person}: through ${each.via.join(', ')}${untoldTold(each.untold)}`;
  if (farther.length > 0) yield `${farther.length} of higher degrees`;
  for (const each of farther)
    yield `  F${each.degree} ${each.person}: through ${each.via.join(', ')}${untoldTold(each.untold)}`;
  if (factors.length > 0) yield `${factors.length} with an epidemiological factor`;
  for (const each of factors) {
    const where = each.places.length > 0 ? ` at ${each.places.join(', ')}` : '';
    yield `  ${each.person}: the same ${each.shared.join(' and ')}${where}, from ${each.since}`;
  }
}
