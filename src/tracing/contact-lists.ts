import { caseStream } from '../cases/index.js';
import { LRUCache } from 'lru-cache';
import { addToContactList, emptyContactList, type ContactList } from './contacts.js';
import type { EventStore } from '../event-log/event-store.js';
import { AnotherStream, lastTaken, readAfter, type LastTaken } from '../event-log/read-after.js';

/** Lists are long: so many are kept, those asked for last. */
const KEPT = 4;

interface Entry {
  list: ContactList;
  last: LastTaken | undefined;
}

/** The contact lists of cases with their evidence, each read from the log once and then only what came after. */
export class ContactLists {
  readonly #entries = new LRUCache<string, Promise<Entry>>({ max: KEPT });

  constructor(private readonly store: Pick<EventStore, 'read'>) {}

  async of(caseId: string): Promise<ContactList> {
    // One reading after the other: an event that is taken in twice would name its meetings twice.
    const before = this.#entries.get(caseId) ?? Promise.resolve(nothing());
    const entry = before.then((known) =>
      this.#readOn(caseId, known).catch((error: unknown) => {
        if (error instanceof AnotherStream) return this.#readOn(caseId, nothing());
        throw error;
      }),
    );
    this.#entries.set(caseId, entry);
    try {
      return (await entry).list;
    } catch (error) {
      // Nobody knows how much of it was taken in.
      if (this.#entries.get(caseId) === entry) this.#entries.delete(caseId);
      throw error;
    }
  }

  async #readOn(caseId: string, { list, last }: Entry): Promise<Entry> {
    for await (const event of readAfter(this.store, caseStream(caseId), last)) {
      addToContactList(list, event);
      last = event;
    }
    return { list, last: last && lastTaken(last) };
  }
}

const nothing = (): Entry => ({ list: emptyContactList(), last: undefined });
