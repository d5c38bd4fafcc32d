import { CATALOGUE } from '../support/catalogue.js';
import { type DomainEvent, streams, anyStream } from '../support/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { presence } from '../../projections/presence.js';
import { FACT_PROJECTIONS } from '../support/projections.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { graphPositionOf } from '../../src/contact-graph/graph-position.js';
import { runProjector } from '../../src/contact-graph/run-projector.js';
import { readSetAside } from '../../src/contact-graph/set-aside.js';
import { comparePositions } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { eventOf } from '../support/content.js';
import { deadline } from '../support/deadline.js';
import { STORE_ID } from '../support/graph.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { projectableEvents } from '../support/sizes.js';

const SEED = 20_261_128;

/** The stream in which projections look up what an event depends on. */
function streamOf({ type, data }: DomainEvent): string {
  if (type.startsWith('Profile')) return streams.profiles.name;
  return 'caseId' in data && type !== 'AlertRequested' ? streams.case(String(data.caseId)).name : `of ${type}`;
}

/** The same property as in test/properties/projectable.test.ts, with the real graph. */
export function projectable(driverOf: () => Driver): void {
  describe('Events of every type of the catalogue', () => {
    it('are projected as one batch, whatever they contain, and nothing is set aside', async () => {
      await wipe(driverOf());
      const store = new MemoryEventStore();
      const each = Math.ceil(projectableEvents / CATALOGUE.types.length);
      const events = [...CATALOGUE].flatMap((type) => fc.sample(eventOf(type), { numRuns: each, seed: SEED }));
      // In random order: events about the same people and cases come before and after each other.
      const [mixed = []] = fc.sample(fc.shuffledSubarray(events, { minLength: events.length }), {
        ...{ numRuns: 1, seed: SEED },
      });
      for (const [i, event] of mixed.entries()) {
        const provenance = { source: 'test', laboratory: i % 4 > 0 };
        await store.append(
          anyStream(streamOf(event)),
          [{ id: idOf('projectable', String(i)), event, provenance }],
          'any',
        );
      }
      const stop = new AbortController();
      const running = runProjector({
        ...{ driver: driverOf(), store, storeId: STORE_ID, visits: presence, facts: FACT_PROJECTIONS },
        ...{ logger: pino({ level: 'silent' }), signal: stop.signal },
      });
      const graph = graphPositionOf(driverOf());
      const last = store.all.at(-1)?.position;
      for (const end = deadline(60_000); !end.passed(); await delay(50)) {
        const passed = await graph.position().catch(() => undefined);
        if (passed && last && comparePositions(passed, last) >= 0) break;
      }
      stop.abort();
      await running;
      expect((await readSetAside(driverOf())).map(({ type, reason }) => `${type}: ${reason}`)).toEqual([]);
      expect(await graph.position()).toEqual(last);
    }, 120_000);
  });
}
