import { addToContactList, emptyContactList, type ContactList } from '../domain/contacts.js';
import type { CaseEvent } from '../domain/events.js';
import type { EventStore } from '../log/event-store.js';
import { streams } from '../log/streams.js';

/** Lists are long: so many are kept, those asked for last. */
const KEPT = 4;

interface Entry {
  list: ContactList;
  /** Revision of the event that comes next. */
  next: number;
}

/** The contact lists of cases with their evidence, each read from the log once and then only what came after. */
export class ContactLists {
  readonly #entries = new Map<string, Promise<Entry>>();

  constructor(private readonly store: EventStore) {}

  async of(caseId: string): Promise<ContactList> {
    // One reading after the other: an event that is taken in twice would name its meetings twice.
    const before = this.#entries.get(caseId) ?? Promise.resolve({ list: emptyContactList(), next: 0 });
    const entry = before.then((known) => this.#readOn(caseId, known));
    this.#entries.delete(caseId);
    this.#entries.set(caseId, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= KEPT) break;
      this.#entries.delete(oldest);
    }
    try {
      return (await entry).list;
    } catch (error) {
      // Nobody knows how much of it was taken in.
      if (this.#entries.get(caseId) === entry) this.#entries.delete(caseId);
      throw error;
    }
  }

  async #readOn(caseId: string, { list, next }: Entry): Promise<Entry> {
    let revision = next;
    for await (const event of this.store.read(streams.case(caseId), next)) {
      addToContactList(list, event as unknown as CaseEvent);
      revision = event.revision + 1;
    }
    return { list, next: revision };
  }
}
