import { caseStream } from '../cases/index.js';
import { LRUCache } from 'lru-cache';
import { addToContactList, emptyContactList, type ContactList } from './contacts.js';
import type { EventStore } from '../event-log/event-store.js';
import { AnotherStream, lastTaken, readAfter, type LastTaken } from '../event-log/read-after.js';

/** Lists are long, so only the most recently used are kept. */
const KEPT = 4;

interface Entry {
  list: ContactList;
  last: LastTaken | undefined;
}

/**
 * Contact lists of cases with their evidence. Each is read from the log once, and later only what was appended since.
 */
export class ContactLists {
  readonly #entries = new LRUCache<string, Promise<Entry>>({ max: KEPT });

  constructor(private readonly store: Pick<EventStore, 'read'>) {}

  async of(caseId: string): Promise<ContactList> {
    // Reads of one case run one after another: an event that is added twice would repeat its meetings.
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
      // The list may hold only some of the events.
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
