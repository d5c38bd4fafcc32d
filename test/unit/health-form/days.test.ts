import { streams } from '../../support/events.js';
import { expect, it } from '@jest/globals';
import { openAlert } from '../../../src/health-form/open-alert.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

it('The link of an alert can be answered until the end of its last day in the zone, even if clocks change', async () => {
  const store = new MemoryEventStore();
  store.now = () => Date.parse('2021-10-20T00:20:00+02:00');
  const data = { alertId: 'a', caseId: 'c', personId: 'p', disease: 'of nobody', degree: 1, sequence: 0 };
  const event = { type: 'AlertRequested' as const, data };
  await store.append(streams.alert('a'), [{ id: 'requested', event, provenance: { source: 'test' } }], 'any');

  const isOpen = async (at: string) => {
    const config = { authority: 'vn', zone: 'Europe/Berlin' };
    return (await openAlert(store, config, 'a', Date.parse(at) / 1000)) !== undefined;
  };
  // Fourteen days of 24 hours would end on 2 November at 23:20.
  expect(await isOpen('2021-11-03T08:00:00+01:00')).toBe(true);
  expect(await isOpen('2021-11-03T23:59:59+01:00')).toBe(true);
  expect(await isOpen('2021-11-04T00:00:00+01:00')).toBe(false);
});
