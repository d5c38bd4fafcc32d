import type { Contact, LastExposure } from '../cases/index.js';
import { currentPhone, registrationsOf, type Registration } from '../people/index.js';
import { LRUCache } from 'lru-cache';
import { readInstant } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import type { CaseView } from './case-views.js';
import { concurrently } from '../kernel/concurrently.js';

/** The contacts of one case who share a phone. */
export interface PhoneGroup {
  count: number;
  /** The degree of the closest of them. */
  degree: number;
  /** For each degree, the exposure that ends last; one that goes on ends after all others. */
  exposures: readonly LastExposure[];
}

interface Groups {
  /** The trace and the generation of registrations that the groups were built from. */
  traceId: string | undefined;
  generation: number;
  byPhone: Promise<Map<string, Contact[]>>;
}

const READS_AT_ONCE = 100;
const CASES = 20;
/** Stands for no phone in place of a blind index. */
const NONE = '';

/**
 * Knows how many contacts of a case share a phone. It remembers registrations that this process saw; every other
 * contact's registration is read once for all alerts of the case.
 */
export class PhoneBook {
  /** Blind index by person, `NONE` without a phone. */
  readonly #phones: LRUCache<string, string>;
  readonly #groups = new LRUCache<string, Groups>({ max: CASES });
  #generation = 0;

  /** @param capacity how many people are remembered. */
  constructor(
    private readonly store: EventStore,
    capacity = 300_000,
  ) {
    // `maxSize`, because with `max` the cache allocates room for all entries before there is one.
    this.#phones = new LRUCache({ maxSize: capacity, sizeCalculation: () => 1 });
  }

  /** Notes that a person was registered, perhaps again: what was counted with another phone is counted again. */
  note(registration: Registration): void {
    this.#remember(registration.personId, currentPhone([registration]) ?? NONE);
  }

  /** Forgets a person whose known registration may not be the last: it is read from the log again. */
  forget(personId: string): void {
    if (this.#phones.delete(personId)) this.#generation++;
  }

  /** Forgets everything, because the log is another one. */
  forgetAll(): void {
    this.#phones.clear();
    this.#groups.clear();
    this.#generation++;
  }

  /**
   * The contacts of the view's latest trace who have the phone; only `alone` if nobody else has it.
   * @param counts whether one of several contacts has to be notified at all; the others are left out.
   */
  async people(
    view: CaseView,
    phoneIndex: string,
    alone: Contact,
    counts: (contact: Contact) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<readonly Contact[]> {
    const people = (await this.#groupsOf(view)).get(phoneIndex) ?? [alone];
    if (people.length === 1) return people;
    const told = await Promise.all(
      people.map(async (each) => each.personId === alone.personId || (await counts(each))),
    );
    return people.filter((_, i) => told[i]);
  }

  /** The same, counted. */
  async group(...of: Parameters<PhoneBook['people']>): Promise<PhoneGroup> {
    return groupOf(await this.people(...of));
  }

  async #groupsOf(view: CaseView): Promise<Map<string, Contact[]>> {
    const traceId = view.list.latest?.traceId;
    let groups = this.#groups.get(view.caseId);
    if (!groups || groups.traceId !== traceId || groups.generation !== this.#generation) {
      groups = { traceId, generation: this.#generation, byPhone: this.#read([...view.list.contacts.values()]) };
    }
    this.#groups.set(view.caseId, groups);
    try {
      return await groups.byPhone;
    } catch (error) {
      if (this.#groups.get(view.caseId) === groups) this.#groups.delete(view.caseId);
      throw error;
    }
  }

  async #read(contacts: readonly Contact[]): Promise<Map<string, Contact[]>> {
    const byPhone = new Map<string, Contact[]>();
    const add = (phoneIndex: string, contact: Contact) => {
      if (phoneIndex === NONE) return;
      const others = byPhone.get(phoneIndex);
      if (others) others.push(contact);
      else byPhone.set(phoneIndex, [contact]);
    };
    const unknown = contacts.filter((contact) => {
      const { personId } = contact;
      const phoneIndex = this.#phones.get(personId);
      if (phoneIndex !== undefined) add(phoneIndex, contact);
      return phoneIndex === undefined;
    });
    await concurrently(unknown, READS_AT_ONCE, async (contact) => {
      const { personId } = contact;
      const phoneIndex = currentPhone(await registrationsOf(this.store, personId)) ?? NONE;
      add(phoneIndex, contact);
      // What was noted meanwhile is newer than what was read: this answer is outdated, the next one will not be.
      if (!this.#phones.has(personId)) this.#remember(personId, phoneIndex);
      else if (this.#phones.get(personId) !== phoneIndex) this.#generation++;
    });
    return byPhone;
  }

  #remember(personId: string, phoneIndex: string): void {
    const known = this.#phones.get(personId);
    if (known !== undefined && known !== phoneIndex) this.#generation++;
    this.#phones.set(personId, phoneIndex);
  }
}

/** Counts contacts of one case who share a phone. */
export function groupOf(people: readonly LastExposure[]): PhoneGroup {
  const last = new Map<number, LastExposure>();
  for (const { degree, lastExposureAt } of people) {
    const before = last.get(degree);
    if (!before || endsLater(lastExposureAt, before.lastExposureAt)) last.set(degree, { degree, lastExposureAt });
  }
  return { count: people.length, degree: Math.min(...last.keys()), exposures: [...last.values()] };
}

function endsLater(at: string | null, other: string | null): boolean {
  return other !== null && (at === null || readInstant(at) > readInstant(other));
}
