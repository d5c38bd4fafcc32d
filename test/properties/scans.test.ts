import { streams } from '../support/events.js';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, readInstant } from '../../src/kernel/instant.js';
import { readVisits } from '../../src/presence/known-visits.js';
import { importText, meansOver } from '../support/ingest.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { runs, seeded } from '../support/sizes.js';

const MIDNIGHT = readInstant('2021-08-01T00:00:00Z');
const scans = fc.uniqueArray(
  fc.record({ place: fc.constantFrom('cafe', 'market', 'pool'), minute: fc.integer({ min: -60, max: 150 }) }),
  { minLength: 2, maxLength: 8, selector: ({ place, minute }) => `${place} ${minute}` },
);

it('Stays end with the first check-in elsewhere within their hour, in whatever order and batches check-ins come', async () => {
  await fc.assert(
    fc.asyncProperty(scans, fc.integer({ min: 1, max: 8 }), async (found, size) => {
      const store = new MemoryEventStore();
      const means = meansOver(store);
      const at = (minute: number) => formatInstant(MIDNIGHT + minute * 60);
      for (let from = 0; from < found.length; from += size) {
        const rows = found.slice(from, from + size).map(({ place, minute }) => `p,${place},${at(minute)},`);
        await importText(means, 'check-ins', `person_id,place_id,arrived_at,left_at\n${rows.join('\n')}\n`, {
          scanning: { closeByNext: 'unless-kind', doubleScanMinutes: 0 },
        });
      }
      const visits = await readVisits(store, [streams.presence('p', at(-60)), streams.presence('p', at(0))]);
      const ends = [...visits].map(({ placeId, arrivedAt, leftAt }) => `${placeId} ${arrivedAt} ${leftAt}`);
      const expected = found.map(({ place, minute }) => {
        const later = found.filter((other) => other.place !== place && other.minute > minute);
        const next = Math.min(...later.map((other) => other.minute));
        return `${place} ${at(minute)} ${next < minute + 60 ? at(next) : null}`;
      });
      expect(ends.sort()).toEqual(expected.sort());
    }),
    seeded(runs(100)),
  );
});
