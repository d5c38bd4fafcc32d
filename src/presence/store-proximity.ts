import { defineRows } from '../intake/define-rows.js';
import { inOrder, inRetention, refuse, withinAYear } from '../intake/fields.js';
import { presenceStream } from './events.js';
import { personFirstSeen } from './first-seen.js';
import { proximityObserved } from './presence.js';
import { PROXIMITY_COLUMNS } from './columns.js';
import { storeUnread, UNREAD } from './store-presence.js';

export const proximity = defineRows({
  name: 'proximity',
  columns: PROXIMITY_COLUMNS,

  check(ctx, clock, { person_a, person_b, started_at, ended_at }) {
    inOrder(ctx, started_at, ended_at, ['started_at', 'ended_at']);
    inRetention(ctx, clock, started_at, ended_at, 'started_at');
    withinAYear(ctx, started_at, ended_at, ['started_at', 'ended_at']);
    if (person_a === person_b) {
      refuse(ctx, 'is the same person as person_a', 'Name two different people.', ['person_b']);
    }
  },
  row: ({ person_a, person_b, started_at, ended_at, distance_m }) => ({
    // The lower id comes first, whichever phone reported the pair.
    personA: person_a < person_b ? person_a : person_b,
    personB: person_a < person_b ? person_b : person_a,
    startedAt: started_at,
    endedAt: ended_at,
    distanceMetres: distance_m ?? null,
  }),

  ...UNREAD,
  lane: (row) => presenceStream(row.personA, row.startedAt).name,
  names: ({ personA, personB, startedAt }) => [
    personFirstSeen('person_a', personA, startedAt),
    personFirstSeen('person_b', personB, startedAt),
  ],
  store: ({ base }, rows, origin) => storeUnread(base.store, rows, (row) => ({ fact: proximityObserved(row, origin) })),
});
