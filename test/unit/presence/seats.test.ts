import type { DomainEvent } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { presence } from '../../../projections/presence.js';
import { seatRowOf } from '../../../src/places/seat.js';
import { idOf } from '../../../src/kernel/ids.js';
import { visitIdOf } from '../../../src/presence/ids.js';
import { importText, meansOver } from '../../support/ingest.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

let store: MemoryEventStore;
beforeEach(() => {
  store = new MemoryEventStore();
});

const at = '2021-08-01T09:00:00Z';
const take = (...cells: string[]) =>
  importText(
    meansOver(store),
    'check-ins',
    `person_id,place_id,arrived_at,left_at,seat\n${cells.map((seat) => `p,vn123,${at},,${seat}\n`).join('')}`,
  );

describe('A seat', () => {
  it.each([
    ['12A', 12],
    ['12', 12],
    ['007F', 7],
    [' 3c', 3],
    ['12-13', 12],
    ['A12', null],
    ['', null],
  ])('written as %j is in row %j', (seat, row) => {
    expect(seatRowOf(seat)).toBe(row);
  });

  it('of a check-in is stored as it is written', async () => {
    await take(' 12A ');
    expect(store.all).toMatchObject([{ type: 'CheckedIn', data: { seat: '12A' } }]);
  });

  it.each(['', '" "'])('given as %j is none', async (cell) => {
    await take(cell);
    expect(store.all).toMatchObject([{ data: { seat: null } }]);
  });

  it('is refused when it is longer than any seat', async () => {
    expect(await take('1'.repeat(21))).toMatchObject({ rejected: 1 });
  });

  it('that becomes known makes another statement about the same visit', async () => {
    await take('', '12A', '12A');
    const [first, second] = store.all;
    expect(store.all).toHaveLength(2);
    expect(second?.data).toEqual({ ...first?.data, seat: '12A' });
  });

  it('that is absent leaves the id of a check-in as it was before seats existed', async () => {
    await take('');
    const visit = { personId: 'p', placeId: 'vn123', arrivedAt: at };
    const visitId = visitIdOf('cli', visit);
    expect(store.all[0]?.id).toBe(idOf('cli', 'CheckedIn', visitId, ...Object.values(visit), 'null'));
  });
});

describe('The row of a seat in the report of a visit', () => {
  const stay = { visitId: 'v', personId: 'p', placeId: 'vn123', arrivedAt: at, leftAt: at };

  it.each<[DomainEvent, number | null | undefined]>([
    [{ type: 'CheckedIn', data: { ...stay, seat: '12A' } }, 12],
    [{ type: 'CheckedIn', data: { ...stay, seat: null } }, null],
    [{ type: 'VisitCorrected', data: { ...stay, seat: '14C' } }, 14],
    [{ type: 'CheckedOut', data: stay }, undefined],
    [{ type: 'VisitRetracted', data: { visitId: 'v', personId: 'p' } }, null],
  ])('of %j is %j', (event, row) => {
    const recorded = { ...event } as Parameters<typeof presence.step>[0];
    expect(presence.step(recorded)).toMatchObject({ report: { seatRow: row } });
  });
});
