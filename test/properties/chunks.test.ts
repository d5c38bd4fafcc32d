import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Contact } from '../../src/cases/events.js';
import { SHARED, type Shared } from '../../src/contact-graph/place-facts.js';
import { formatInstant } from '../../src/kernel/instant.js';
import { chunked } from '../../src/tracing/chunks.js';
import { addToContactList, emptyContactList } from '../../src/tracing/contacts.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { runs, seeded } from '../support/sizes.js';

describe('The result of a trace', () => {
  const limit = 1_048_576;
  const caseId = 'case-of-an';
  // The longest ids in JSON and in UTF-8.
  const id = fc.constantFrom('p', 'x'.repeat(100), '\u1ec7'.repeat(100), '"'.repeat(100));
  const instant = formatInstant(MIDNIGHT);
  const contact = fc
    .record({
      personId: fc.tuple(id, fc.nat()).map((parts) => parts.join('')),
      place: id,
      meetings: fc.nat(4_000),
      via: fc.nat(4_000),
    })
    .map(({ personId, place, meetings, via }): Contact => ({
      personId,
      degree: 1,
      firstExposureAt: instant,
      minutes: 1 / 3,
      meetings: Array.from({ length: meetings }, () => ({
        placeId: place,
        from: instant,
        to: instant,
        imputed: false,
        lingering: false,
      })),
      via: Array.from({ length: via }, (_, i) => `${place}${i}`),
      lastExposureAt: instant,
      shared: [],
    }));
  const factor = fc.record({
    personId: fc.tuple(id, fc.nat()).map((parts) => parts.join('')),
    shared: fc.constantFrom<Shared[]>([...SHARED], ['vehicle']),
    since: fc.constant(instant),
    placeIds: fc.array(id, { maxLength: 400 }),
  });

  it('is divided into events below the limit of the log, and can be put together again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(contact, { maxLength: 8, selector: ({ personId }) => personId }),
        fc.array(id, { maxLength: 3_000, size: 'max' }),
        fc.uniqueArray(factor, { maxLength: 300, size: 'max', selector: ({ personId }) => personId }),
        (found, gone, factors) => {
          const chunks = chunked({ found, gone, factors, factorsGone: [] });
          const list = emptyContactList();
          chunks.forEach((part, index) => {
            const data = { caseId, traceId: 't', index, ...part };
            // This leaves room for the rest of an event.
            expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(limit - 10_000);
            addToContactList(list, { type: 'ContactsTraced', data });
          });
          const window = { from: instant, until: null, profileId: 'p', profileVersion: 1, graphPosition: '1/1' };
          const counts = {
            chunks: chunks.length,
            counts: [found.length],
            factors: 0,
            greatestDegree: 2,
            lingeringMinutes: 0,
          };
          addToContactList(list, { type: 'TraceCompleted', data: { caseId, traceId: 't', ...window, ...counts } });
          const named = new Set(gone);
          expect([...list.contacts.values()]).toEqual(found.filter(({ personId }) => !named.has(personId)));
          expect(chunks.flatMap((chunk) => chunk.gone)).toEqual(gone);
          expect([...list.factors.values()]).toEqual(factors);
        },
      ),
      seeded(runs(6)),
    );
  });

  it('is no event at all if nothing changed', () => {
    expect(chunked({ found: [], gone: [], factors: [], factorsGone: [] })).toEqual([]);
  });
});
