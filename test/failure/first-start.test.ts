import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstStarts } from '../support/sizes.js';
import { System } from '../support/system.js';

const MINUTE = 60_000;
const PEOPLE = 40;

/** Two people meet at each place; one of those at the first place turns out positive. */
function inputs(system: System): { checkIns: string; results: string } {
  const name = (file: string) => join(system.dataDir, file);
  const stays = Array.from({ length: PEOPLE }, (_, i) => {
    return `p${i},place${Math.floor(i / 2)},2021-08-09T08:00:00+07:00,2021-08-09T09:30:00+07:00`;
  });
  writeFileSync(name('check-ins.csv'), ['person_id,place_id,arrived_at,left_at', ...stays, ''].join('\n'));
  writeFileSync(
    name('results.csv'),
    'sample_id,person_id,disease,collected_at,reported_at,result\n' +
      's0,p0,covid-19,2021-08-10T08:00:00+07:00,2021-08-10T12:00:00+07:00,positive\n',
  );
  return { checkIns: name('check-ins.csv'), results: name('results.csv') };
}

describe('An empty installation', () => {
  it(
    `survives that two projectors, two workers, the API and imports start at one moment (${firstStarts} times)`,
    async () => {
      for (let round = 0; round < firstStarts; round++) {
        // The clock is after the last of the rows.
        const env = { TRUYVET_PORT: '0', TRUYVET_CLOCK: '2021-08-11T09:00:00+07:00' };
        const parts = ['projector-1', 'projector-2', 'worker-1', 'worker-2', 'api-1'];
        const system = await System.start(parts, env, { ownGraph: true });
        let passed = false;
        try {
          const files = inputs(system);
          await Promise.all([system.import('check-ins', files.checkIns), system.import('results', files.results)]);
          const { code, stdout } = await system.command(['contacts', '--person', 'p0', '--json']);
          expect(code).toBe(0);
          const { items } = JSON.parse(stdout) as { items: { person: string; degree: number }[] };
          expect(items.filter(({ degree }) => degree === 1)).toMatchObject([{ person: 'p1' }]);
          expect(system.surprises).toEqual([]);
          passed = true;
        } finally {
          await system.remove({ keep: !passed });
        }
      }
    },
    firstStarts * 4 * MINUTE,
  );
});
