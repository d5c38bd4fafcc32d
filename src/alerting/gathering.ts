import type { Contact, Stay } from '../cases/index.js';
import { currentPhone, registrationsOf } from '../people/index.js';
import type { AlertRequested } from './events.js';
import { readInstant } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import type { Now } from '../platform/clock.js';
import type { LoadedAlert } from './loaded-alert.js';
import type { CaseView, CaseViews } from './case-views.js';
import { exposedAt, type OwnCases } from './own-cases.js';
import { groupOf, type PhoneBook, type PhoneGroup } from './phone-book.js';
import type { Recipients } from './recipients.js';
import type { Rules } from './rules.js';

type Request = AlertRequested['data'];

/** What one message to a phone has to say about a disease. */
export interface Gathered {
  /**
   * The closest of the contacts whom it is about; of several, or of one person's several contacts, the one exposed
   * first.
   */
  contact: Contact;
  group: Pick<PhoneGroup, 'count' | 'degree'>;
  /** Until when the advice holds for all of them. */
  stay: Stay | undefined;
  /** The disease profile under which that contact was found. */
  profile: string | undefined;
  /** The cases that it covers besides the alert's own. */
  cases: string[];
}

export interface GatheringMeans {
  store: EventStore;
  views: CaseViews;
  phoneBook: PhoneBook;
  recipients: Recipients;
  rules: Rules;
  ownCases: OwnCases;
  now: Now;
}

/** Contacts of one case who have the phone. */
interface OfCase {
  view: CaseView;
  people: readonly Contact[];
}

/**
 * Finds whom a message is about: all contacts of its case who have the phone, and those of the cases gathered into it.
 */
export class Gathering {
  constructor(private readonly means: GatheringMeans) {}

  /** Undefined if the person is not a contact any more. */
  async of(request: Request, loaded: LoadedAlert, phoneIndex: string): Promise<Gathered | undefined> {
    const { views, recipients, rules } = this.means;
    const { caseId, personId } = request;
    const cases = new Map([[caseId, [personId]]]);
    if (recipients.gathers) {
      for (const joined of (await loaded.read()).state.joined.values()) {
        cases.set(joined.caseId, [...(cases.get(joined.caseId) ?? []), joined.personId]);
      }
    }
    const found: OfCase[] = [];
    for (const [of, persons] of cases) {
      const people = await this.#peopleOf(request, of, persons, phoneIndex);
      if (people) found.push(people);
    }
    // The last check before sending: a person who was released a moment ago is not notified.
    const now: OfCase[] = [];
    for (const { view, people } of found) now.push({ view: await views.fresh(view.caseId), people });
    const view = now.find((each) => each.view.caseId === caseId)?.view ?? (await views.fresh(caseId));
    const own = view.contact(personId);
    if (!own) return undefined;
    const still = now.flatMap(({ view, people }): OfCase[] => {
      const left = people.flatMap((each) => view.contact(each.personId) ?? []);
      if (left.length === 0 && view.caseId === caseId) left.push(own);
      return left.length > 0 ? [{ view, people: left }] : [];
    });
    const stays = await Promise.all(still.map(async ({ view, people }) => rules.stayOf(await rules.of(view), people)));
    return { ...joinedUp(still), stay: lastOf(stays), cases: besides(caseId, still) };
  }

  /**
   * The last day that the message has to name, found directly before it is sent. Readers take that day for the valid
   * one, so it is not earlier than the days in sent or waiting messages to the phone about other cases, for a person
   * who has it. A message that names no day still names none.
   * @param number how many alerts notified the phone before this one.
   */
  async lastDay(
    { alertId, caseId, disease }: Request,
    { stay, cases }: Gathered,
    phoneIndex: string,
    number: number,
  ): Promise<Stay | undefined> {
    if (!stay) return undefined;
    const { rules } = this.means;
    const stays: (Stay | undefined)[] = [stay];
    const own = { alertId, number };
    for await (const { view, contact } of this.#toldBy(disease, phoneIndex, new Set([caseId, ...cases]), own)) {
      if (!(await rules.isOver(view, contact))) stays.push(rules.stayOf(await rules.of(view), [contact]));
    }
    return lastOf(stays);
  }

  /**
   * Until when the people who were notified through a phone, or are being notified, have to watch their health: the end
   * of follow-up for F1, the day that the message named for others, whichever is last. Undefined if there is nobody.
   */
  async watchedUntil(disease: string, phoneIndex: string): Promise<Stay | undefined> {
    const { rules } = this.means;
    const stays: (Stay | undefined)[] = [];
    for await (const { view, contact } of this.#toldBy(disease, phoneIndex)) {
      const stay = rules.watchOf(await rules.of(view), contact);
      // An exposure is not taken to go on for ever.
      if (stay?.until !== null || !(await rules.isOver(view, contact))) stays.push(stay);
    }
    return lastOf(stays);
  }

  /**
   * The contacts whom alerts to the phone are about, who still have it and are not cases themselves.
   * @param spokenOf cases to leave out.
   * @param known an alert to the phone whose number is known.
   */
  async *#toldBy(
    disease: string,
    phoneIndex: string,
    spokenOf: ReadonlySet<string> = new Set(),
    known?: { alertId: string; number: number },
  ): AsyncIterable<{ view: CaseView; contact: Contact }> {
    const { views, recipients } = this.means;
    for (const { state } of await recipients.holders(disease, phoneIndex, known)) {
      for (const { caseId, personId } of [...(state.request ? [state.request] : []), ...state.joined.values()]) {
        if (spokenOf.has(caseId)) continue;
        const view = await views.fresh(caseId);
        const contact = view.contact(personId);
        if (contact && (await this.#isReached(disease, contact, phoneIndex))) yield { view, contact };
      }
    }
  }

  /**
   * @param persons whose alerts rely on the message. If one of them still has the phone, the message covers the case;
   * all who have it by now are counted, whatever was last noted about registrations.
   */
  async #peopleOf(
    request: Request,
    caseId: string,
    persons: readonly string[],
    phoneIndex: string,
  ): Promise<OfCase | undefined> {
    const { views, phoneBook } = this.means;
    const view = await views.fresh(caseId);
    const people = new Map<string, Contact>();
    const add = async (each: Contact | undefined) => {
      if (!each || people.has(each.personId)) return;
      // The alert's own person was checked already.
      const own = caseId === request.caseId && each.personId === request.personId;
      if (own || (await this.#isToldHere(request.disease, view, each, phoneIndex))) people.set(each.personId, each);
    };
    for (const personId of persons) await add(view.contact(personId));
    const [first] = people.values();
    if (!first) return undefined;
    await Promise.all((await phoneBook.people(view, phoneIndex, first)).map(add));
    return { view, people: [...people.values()] };
  }

  /** Whether the phone reaches a contact who still has to be notified of something. */
  async #isToldHere(disease: string, view: CaseView, contact: Contact, phoneIndex: string): Promise<boolean> {
    return (await this.#isReached(disease, contact, phoneIndex)) && !(await this.means.rules.isOver(view, contact));
  }

  /** Whether a contact has the phone, and is not a case of the disease. */
  async #isReached(disease: string, contact: Contact, phoneIndex: string): Promise<boolean> {
    const { store, ownCases, now } = this.means;
    const { personId } = contact;
    return (
      currentPhone(await registrationsOf(store, personId)) === phoneIndex &&
      (await ownCases.of({ disease, personId }, exposedAt(contact, now()))) === undefined
    );
  }
}

function besides(caseId: string, found: readonly OfCase[]): string[] {
  return found.flatMap(({ view }) => (view.caseId === caseId ? [] : [view.caseId])).sort();
}

/** Joins the contacts of several cases. A person who is a contact of two cases counts once, by what asks for more. */
function joinedUp(found: readonly OfCase[]): Pick<Gathered, 'contact' | 'group' | 'profile'> {
  const all = found.flatMap(({ view, people }) => people.map((contact) => ({ view, contact })));
  const count = new Set(all.map(({ contact }) => contact.personId)).size;
  const { degree } = groupOf(all.map(({ contact }) => contact));
  const closest = all.filter(({ contact }) => contact.degree === degree);
  const [first] = closest.sort((a, b) => exposedFirst(a.contact) - exposedFirst(b.contact));
  if (!first) throw new Error('a message to nobody');
  return { contact: first.contact, group: { count, degree }, profile: first.view.list.latest?.profileId };
}

function exposedFirst({ firstExposureAt }: Contact): number {
  return readInstant(firstExposureAt);
}

/** The stay that ends last. Advice that holds for as long as an exposure goes on ends after all other advice. */
function lastOf(stays: readonly (Stay | undefined)[]): Stay | undefined {
  return stays.reduce((last, next) => {
    if (!last || !next) return last ?? next;
    if (last.until === null && next.until === null) return last.days >= next.days ? last : next;
    return (last.until ?? Infinity) >= (next.until ?? Infinity) ? last : next;
  }, undefined);
}
