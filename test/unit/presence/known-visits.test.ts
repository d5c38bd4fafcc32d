import { PRESENCE } from '../../../src/presence/events.js';
import { type DomainEvent, anyStream } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { readVisits } from '../../../src/presence/known-visits.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

const JULY = 'presence-an-202107';
const AUGUST = 'presence-an-202108';
const stay = (leftAt: string, arrivedAt = '2021-08-05T09:00:00Z') => ({
  ...{ visitId: 'v1', personId: 'an', placeId: 'cafe', arrivedAt, leftAt, seat: null },
});
const CHECK_IN: DomainEvent = { type: 'CheckedIn', data: stay('2021-08-05T10:00:00Z') };
const CORRECTED: DomainEvent = { type: 'VisitCorrected', data: stay('2021-08-05T09:05:00Z') };
const RETRACTED: DomainEvent = { type: 'VisitRetracted', data: { visitId: 'v1', personId: 'an' } };

/**
 * A log in which each event is stored under its id, as often as it is given; a real server stores some events twice.
 */
async function logOf(...events: [id: string, event: DomainEvent, stream?: string][]): Promise<MemoryEventStore> {
  const log = new MemoryEventStore();
  for (const [id, event, stream = AUGUST] of events) {
    const revision = log.all.filter((each) => each.stream === stream).length - 1;
    const at = revision < 0 ? 'no-stream' : revision;
    await log.append(anyStream(stream), [{ id, event, provenance: { source: 'file' } }], at);
  }
  return log;
}

const ends = async (log: MemoryEventStore, ...streams: string[]) =>
  [
    ...(await readVisits(
      log,
      streams.map((name) => ({ name, events: PRESENCE })),
    )),
  ].map(({ leftAt }) => leftAt);

describe('Visits of a log with copies', () => {
  it('stay corrected if the file with the first row is sent again', async () => {
    const log = await logOf(['a', CHECK_IN], ['b', CORRECTED], ['a', CHECK_IN]);
    expect(log.all).toHaveLength(3);
    expect(await ends(log, AUGUST)).toEqual(['2021-08-05T09:05:00Z']);
  });

  it('stay retracted', async () => {
    expect(await ends(await logOf(['a', CHECK_IN], ['b', RETRACTED], ['a', CHECK_IN]), AUGUST)).toEqual([]);
  });

  it('go back to a value that was stated again, under a separate id', async () => {
    const log = await logOf(['a', CHECK_IN], ['b', CORRECTED], ['c', CHECK_IN]);
    expect(await ends(log, AUGUST)).toEqual(['2021-08-05T10:00:00Z']);
  });

  it('are distinguished by stream: one id may occur in two months', async () => {
    const july: DomainEvent = { type: 'CheckedIn', data: { ...stay('2021-07-31T10:00:00Z', '2021-07-31T09:00:00Z') } };
    const log = await logOf(['a', july, JULY], ['b', RETRACTED, JULY], ['a', CHECK_IN]);
    expect(await ends(log, JULY, AUGUST)).toEqual(['2021-08-05T10:00:00Z']);
  });
});
