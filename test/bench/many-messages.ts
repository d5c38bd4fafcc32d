import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { formatInstant, SECONDS_PER_DAY } from '../../src/kernel/instant.js';
import type { HttpFault } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { LOST_AFTER, phone, startHttpSimulator, toPhone, withParts, writeRows } from './alert-parts.js';
import { FIRST_DAY, personId } from './cities.js';
import { withServices } from './installation.js';

export interface ManyMessages {
  people: number;
  /** The provider's rate per second; null if it takes all that come. */
  rate: number | null;
  /** From the first to the last accepted message. */
  seconds: number;
  lost: number;
  doubled: number;
  faults: number;
  /** Microseconds of processor time per message in the same time, by process. */
  micros: Record<string, number>;
}

/**
 * One case that met thousands of people, and a provider: one with a limited rate that sometimes fails in every possible
 * way, or one without a limit that never fails.
 */
export function manyMessages(people: number, rate: number | null): Promise<ManyMessages> {
  return withServices(['event-log', 'neo4j', 'redis'], async (installation) => {
    const { dataDir } = installation;
    const gateway = await startHttpSimulator();
    try {
      const file = (name: string) => join(dataDir, name);
      const first = FIRST_DAY * SECONDS_PER_DAY;
      const stay = `${formatInstant(first + 10 * 3600)},${formatInstant(first + 12 * 3600)}`;
      await writeRows(file('people.csv'), 'person_id,name,phone,language', people + 1, (i) =>
        i === people ? 'case,Ai đó,,vi' : `${personId(i)},Ai đó,${phone(i)},vi`,
      );
      await writeRows(file('places.csv'), 'place_id,name,kind', 1, () => 'stadium,Sân vận động,stadium');
      await writeRows(file('check-ins.csv'), 'person_id,place_id,arrived_at,left_at', people + 1, (i) =>
        i === people ? `case,stadium,${stay}` : `${personId(i)},stadium,${stay}`,
      );
      return await withParts(installation, gateway, rate === null ? {} : { perSecond: rate }, async (running) => {
        for (const kind of ['people', 'places', 'check-ins']) await running.import(kind, file(`${kind}.csv`));
        await running.settled();
        const faults = rate === null ? [] : faultsFor(people);
        gateway.fault(...faults);
        const sampled = formatInstant(first + 2 * SECONDS_PER_DAY);
        await running.post('/v1/results', {
          ...{ sample_id: 'sample', person_id: 'case', disease: 'covid-19', result: 'positive' },
          ...{ collected_at: sampled, reported_at: sampled },
        });
        await running.until(() => gateway.accepted.length > 0);
        const before = await running.used();
        const began = performance.now();
        let last = began;
        for (let seen = 0; seen < people && performance.now() - last < LOST_AFTER; await delay(20)) {
          if (gateway.accepted.length > seen) last = performance.now();
          seen = new Set(gateway.accepted.map(({ to }) => to)).size;
        }
        const after = await running.used();
        await running.settled();
        const told = new Set(gateway.accepted.map(({ to }) => to)).size;
        const micros = Object.entries(after).map(([name, used]) => {
          const seconds = used - (before[name] ?? NaN);
          return [name, (seconds / people) * 1e6] as const;
        });
        return {
          ...{ people, rate, seconds: (last - began) / 1000, faults: faults.length },
          ...{ lost: people - told, doubled: gateway.accepted.length - told, micros: Object.fromEntries(micros) },
        };
      });
    } finally {
      await gateway.close();
    }
  });
}

/** One request in fifty fails, from the first to the last. */
function faultsFor(people: number): HttpFault[] {
  const kinds: HttpFault[] = [
    { accept: true, then: 'close' },
    { accept: true, then: 'cut' },
    { accept: true, then: 500 },
    { accept: false, then: 'close' },
    { accept: false, then: 503 },
    { accept: false, then: 429 },
  ];
  const random = randomFrom(7);
  return Array.from({ length: Math.floor(people / 50) }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)] as HttpFault;
    return { ...kind, to: toPhone(Math.floor(random() * people)) };
  });
}
