import { personStream } from '../people/index.js';
import { placeStream } from '../places/index.js';
import type { EventStore } from '../event-log/event-store.js';
import { hasEvents } from '../event-log/has-events.js';
import type { NamedInRow } from '../intake/define-rows.js';
import type { RemarkKind } from '../intake/remarks.js';
import { formatInstant, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';
import { presenceStream } from './events.js';

const PERSON_FIRST_SEEN: RemarkKind = {
  code: 'person-first-seen',
  says: () =>
    'This person was not known before: no row of people, and no check-in in that month or the one before. Check the spelling.',
};

const PLACE_NOT_DESCRIBED: RemarkKind = {
  code: 'place-not-described',
  says: () => 'This place has no row of places. Check the spelling, or import it.',
};

/** The remark for a row whose column names a person, at an instant, when nothing was known of the person before. */
export function personFirstSeen(column: string, personId: string, at: string): NamedInRow {
  return {
    remark: { kind: PERSON_FIRST_SEEN, field: column, about: personId },
    key: `person ${personId}`,
    isKnown: (store) => knowsPerson(store, personId, at),
  };
}

export function placeNotDescribed(placeId: string): NamedInRow {
  return {
    remark: { kind: PLACE_NOT_DESCRIBED, field: 'place_id', about: placeId },
    key: `place ${placeId}`,
    isKnown: (store) => hasEvents(store, placeStream(placeId)),
  };
}

async function knowsPerson(store: EventStore, id: string, at: string): Promise<boolean> {
  const before = formatInstant(Math.max(0, readInstant(at) - 31 * SECONDS_PER_DAY));
  // Both presence streams are often of the same month; reading it twice costs little.
  for (const stream of [personStream(id), presenceStream(id, at), presenceStream(id, before)]) {
    if (await hasEvents(store, stream)) return true;
  }
  return false;
}
