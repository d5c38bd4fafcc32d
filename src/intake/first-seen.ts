import { placeStream } from '../places/events.js';
import { personStream } from '../people/events.js';
import { presenceStream } from '../presence/events.js';
import { formatInstant, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import type { EventStore } from '../event-log/event-store.js';
import { hasEvents } from '../cases/known-people.js';
import type { Remark } from './remarks.js';
import type { Kind, Row } from './rows.js';

/** People and places that rows name and of which the log knows nothing: a misspelt id makes a person of its own. */
export class FirstSeen {
  readonly #looked = new Set<string>();

  /** @param lookUps ids looked up at most: each is a question to the log, and a first file is of unknown people only. */
  constructor(
    private readonly store: EventStore,
    private readonly lookUps: number,
  ) {}

  /** What a row names that is new, said of each id once; asked before the row is stored. */
  async of(kind: Kind, row: Row<Kind>): Promise<Remark[]> {
    const remarks: Remark[] = [];
    for (const { field, id, at } of peopleIn(kind, row)) {
      if (this.#isNext(`person ${id}`) && !(await this.#knowsPerson(id, at))) {
        remarks.push({ code: 'person-first-seen', field, about: id });
      }
    }
    if (kind === 'check-ins') {
      const { placeId } = row as Row<'check-ins'>;
      if (this.#isNext(`place ${placeId}`) && !(await hasEvents(this.store, placeStream(placeId)))) {
        remarks.push({ code: 'place-not-described', field: 'place_id', about: placeId });
      }
    }
    return remarks;
  }

  #isNext(id: string): boolean {
    if (this.#looked.size >= this.lookUps || this.#looked.has(id)) return false;
    this.#looked.add(id);
    return true;
  }

  async #knowsPerson(id: string, at: string): Promise<boolean> {
    const before = formatInstant(Math.max(0, readInstant(at) - 31 * SECONDS_PER_DAY));
    // Within a month the two of presence are one: read twice it costs little.
    for (const stream of [personStream(id), presenceStream(id, at), presenceStream(id, before)]) {
      if (await hasEvents(this.store, stream)) return true;
    }
    return false;
  }
}

function peopleIn(kind: Kind, row: Row<Kind>): { field: string; id: string; at: string }[] {
  switch (kind) {
    case 'check-ins': {
      const { personId, arrivedAt } = row as Row<'check-ins'>;
      return [{ field: 'person_id', id: personId, at: arrivedAt }];
    }
    case 'results': {
      const { personId, collectedAt, older } = row as Row<'results'>;
      // It is refused, or the log knows it.
      if (older.some(({ complaint }) => complaint)) return [];
      return [{ field: 'person_id', id: personId, at: collectedAt }];
    }
    case 'isolations': {
      const { personId, startedAt } = row as Row<'isolations'>;
      return [{ field: 'person_id', id: personId, at: startedAt }];
    }
    case 'proximity': {
      const { personA, personB, startedAt } = row as Row<'proximity'>;
      return [
        { field: 'person_a', id: personA, at: startedAt },
        { field: 'person_b', id: personB, at: startedAt },
      ];
    }
    case 'people':
    case 'places':
      return [];
  }
}
