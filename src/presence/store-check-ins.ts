import type { EventStore } from '../event-log/event-store.js';
import { defineRows } from '../intake/define-rows.js';
import { presenceStream } from './events.js';
import { personFirstSeen, placeNotDescribed } from './first-seen.js';
import { isOurVisitId, visitNamed } from './named-visits.js';
import { checkedIn, visitIdOfRow, type CheckIn, type CheckInRow } from './presence.js';
import { CHECK_IN_COLUMNS } from './columns.js';
import { storeScans } from './scans.js';
import { checkStay } from './stay.js';
import { storeUnread, UNREAD } from './store-presence.js';

export const checkIns = defineRows({
  name: 'check-ins',
  columns: CHECK_IN_COLUMNS,

  check: checkStay,
  row: (cells): CheckInRow => ({
    personId: cells.person_id,
    placeId: cells.place_id,
    arrivedAt: cells.arrived_at,
    leftAt: cells.left_at ?? null,
    // A seat that is empty after cleaning counts as absent.
    seat: cells.seat ? cells.seat : null,
    visitId: cells.visit_id,
  }),
  groups: { person: ({ personId }) => personId, at: ({ placeId }) => placeId },

  ...UNREAD,
  // If a check-in may end another stay, all check-ins of a person are stored in order, whatever their months.
  lane: (row, { scanning }) => (scanning ? row.personId : presenceStream(row.personId, row.arrivedAt).name),
  // A visit with an id of its source may move to another month, which is another stream.
  identity: ({ personId, visitId }) => visitId && `${personId}\n${visitId}`,
  names: ({ personId, placeId, arrivedAt }) => [
    personFirstSeen('person_id', personId, arrivedAt),
    placeNotDescribed(placeId),
  ],
  store: async (means, given, origin) => {
    const { store } = means.base;
    const rows = given.some(namesVisitOfOurs)
      ? await Promise.all(given.map((row) => withVisitOfOurs(store, row)))
      : given;
    if (origin.scanning) return storeScans(means, rows, origin, origin.scanning);
    return storeUnread(store, rows, (row) => {
      const visitId = visitIdOfRow(row, origin);
      return { fact: checkedIn(row, origin, visitId), visitId };
    });
  },
});

const namesVisitOfOurs = (row: CheckIn): row is CheckIn & { visitId: string } =>
  row.visitId !== undefined && isOurVisitId(row.visitId);

/** A file may name a visit by the id that answered its check-in over HTTP: the row is then about that visit. */
async function withVisitOfOurs(store: EventStore, row: CheckIn): Promise<CheckIn> {
  if (!namesVisitOfOurs(row)) return row;
  const known = await visitNamed(store, row.visitId.toLowerCase(), row);
  return known === row.visitId.toLowerCase() ? { ...row, knownAs: known } : row;
}
