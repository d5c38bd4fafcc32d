import { personFirstSeen } from '../presence/index.js';
import { handle } from '../event-log/handle.js';
import { defineRows } from '../intake/define-rows.js';
import { inOrder, withinAYear } from '../intake/fields.js';
import { oneByOne, RECORDS, outcomeFor } from '../intake/store-rows.js';
import { personStream } from './events.js';
import { personDecider } from './person.js';
import { ISOLATION_COLUMNS } from './columns.js';

export const isolations = defineRows({
  name: 'isolations',
  columns: ISOLATION_COLUMNS,

  check(ctx, _clock, { started_at, ended_at }) {
    inOrder(ctx, started_at, ended_at, ['started_at', 'ended_at']);
    withinAYear(ctx, started_at, ended_at, ['started_at', 'ended_at']);
  },
  row: (cells) => ({ personId: cells.person_id, startedAt: cells.started_at, endedAt: cells.ended_at ?? null }),

  ...RECORDS,
  lane: (row) => row.personId,
  names: ({ personId, startedAt }) => [personFirstSeen('person_id', personId, startedAt)],
  store: oneByOne(async ({ base }, row, { provenance }) =>
    outcomeFor(
      await handle(base.store, personDecider, personStream(row.personId), { type: 'Isolate', ...row }, provenance),
    ),
  ),
});
