import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TimeLimits } from '../../../src/intake/clock.js';
import type { Shape } from '../../../src/intake/define-rows.js';
import { ShapeReader } from '../../../src/intake/read-rows.js';
import { checkOut, correction, retraction } from '../../../src/presence/visit-changes.js';
import { readerOf, type Kind } from '../../support/rows.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const NOW = '2021-08-15T12:00:00Z';
const PAST = '2021-08-15T08:00:00Z';
/** Ten minutes after now, and one second more. */
const TOLERATED = '2021-08-15T12:10:00Z';
const FUTURE = '2021-08-15T12:10:01Z';

let now: string;
beforeEach(() => {
  now = NOW;
});
const limits: TimeLimits = { now: () => Date.parse(now) + 999 };

const ROWS: { [K in Kind]?: Record<string, string> } = {
  'check-ins': { person_id: 'p', place_id: 'c', arrived_at: PAST, left_at: PAST },
  proximity: { person_a: 'a', person_b: 'b', started_at: PAST, ended_at: PAST },
  isolations: { person_id: 'p', started_at: PAST },
  results: {
    ...{ sample_id: 's', person_id: 'p', disease: 'measles', result: 'positive' },
    ...{ collected_at: PAST, reported_at: PAST, onset_at: PAST, rash_at: PAST },
  },
};

function complaintsOf(kind: Kind, more: Record<string, string>, with_ = limits) {
  const read = readerOf(kind, 'UTC', with_).read({ ...ROWS[kind], ...more });
  return 'complaints' in read ? read.complaints : [];
}

describe('A time of something that has happened', () => {
  it.each<[Kind, string]>([
    ['check-ins', 'arrived_at'],
    ['check-ins', 'left_at'],
    ['proximity', 'started_at'],
    ['proximity', 'ended_at'],
    ['results', 'collected_at'],
    ['results', 'reported_at'],
    ['results', 'onset_at'],
    ['results', 'rash_at'],
    ['isolations', 'started_at'],
  ])('of %s in %s may be ten minutes ahead of this machine, and is refused from there on', (kind, column) => {
    const end = { arrived_at: 'left_at', started_at: 'ended_at' }[column];
    const later = end && ROWS[kind]?.[end] ? { [end]: TOLERATED } : {};
    expect(complaintsOf(kind, { ...later, [column]: TOLERATED })).toEqual([]);
    expect(complaintsOf(kind, { ...later, [column]: FUTURE })).toEqual([
      {
        column,
        reason: `is in the future (${FUTURE}): by the clock of this machine it is ${NOW}`,
        fix: expect.stringContaining('offset'),
      },
    ]);
  });

  it.each<[string, string, Shape]>([
    ['check-out', 'arrived_at', checkOut],
    ['check-out', 'left_at', checkOut],
    ['correct', 'left_at', correction],
    ['retract', 'arrived_at', retraction],
  ])('is refused if a %s has %s in the future', (change, column, shape) => {
    const { left_at: leftAt, ...visit } = ROWS['check-ins'] as Record<string, string>;
    const { person_id: personId, arrived_at: arrivedAt } = visit;
    const row = change === 'retract' ? { person_id: personId, arrived_at: arrivedAt } : { ...visit, left_at: leftAt };
    const reader = new ShapeReader(shape, 'UTC', limits);
    expect(reader.read(row)).toMatchObject({ row: {} });
    expect(reader.read({ ...row, [column]: FUTURE })).toMatchObject({ complaints: [{ column }] });
  });

  it.each<[Kind, string]>([
    ['isolations', 'ended_at'],
    ['results', 'infectious_until'],
    ['results', 'infectious_from'],
  ])('is not what %s plan in %s', (kind, column) => {
    expect(complaintsOf(kind, { [column]: '2021-09-01T00:00:00Z' })).toEqual([]);
  });

  it('is judged by the running clock while rows arrive', () => {
    const reader = readerOf('check-ins', 'UTC', limits);
    const row = { ...ROWS['check-ins'], arrived_at: FUTURE, left_at: FUTURE };
    expect(reader.read(row)).toHaveProperty('complaints');
    now = PAST;
    expect(reader.read(row)).toHaveProperty('complaints');
    now = FUTURE;
    expect(reader.read(row)).toHaveProperty('row');
  });

  it('is refused by its line in a file, and the other rows are accepted', async () => {
    const store = new MemoryEventStore();
    const text = `person_id,place_id,arrived_at,left_at\np1,c,${PAST},\np2,c,${FUTURE},\np3,c,${PAST},\n`;
    const summary = await importText(meansOver(store), 'check-ins', text, { limits });
    expect(summary).toMatchObject({ accepted: 2, rejected: 1 });
    expect(summary.refused).toMatchObject([{ number: 3, complaints: [{ column: 'arrived_at' }] }]);
    expect(store.all).toHaveLength(2);
  });
});

describe('Presence from long ago', () => {
  const keeping: TimeLimits = { ...limits, retentionDays: 30 };
  const JUST = '2021-07-16T12:00:00Z';
  const TOO_OLD = '2021-07-16T11:59:59Z';

  it('is accepted whatever its age, if no retention is set', () => {
    expect(complaintsOf('check-ins', { arrived_at: '1970-01-01T00:00:00Z', left_at: '' })).toEqual([]);
  });

  it.each<[Kind, Record<string, string>, string[]]>([
    ['check-ins', { arrived_at: JUST, left_at: '' }, []],
    ['check-ins', { arrived_at: TOO_OLD, left_at: '' }, ['arrived_at']],
    ['check-ins', { arrived_at: TOO_OLD, left_at: JUST }, []],
    ['check-ins', { arrived_at: TOO_OLD, left_at: TOO_OLD }, ['arrived_at']],
    ['proximity', { started_at: TOO_OLD, ended_at: JUST }, []],
    ['proximity', { started_at: TOO_OLD, ended_at: TOO_OLD }, ['started_at']],
    ['isolations', { started_at: TOO_OLD }, []],
    ['results', { collected_at: TOO_OLD, onset_at: TOO_OLD }, []],
  ])('as %s of %j is refused in %j if it is kept for 30 days', (kind, row, columns) => {
    expect(complaintsOf(kind, row, keeping).map(({ column }) => column)).toEqual(columns);
  });

  it('is refused with the way to import it on purpose', () => {
    expect(complaintsOf('check-ins', { arrived_at: TOO_OLD, left_at: '' }, keeping)).toEqual([
      {
        column: 'arrived_at',
        reason: `is older than the 30 days for which presence is kept (over by ${TOO_OLD})`,
        fix: expect.stringMatching(/--history.*history=true/),
      },
    ]);
  });
});
