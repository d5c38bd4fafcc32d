import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import type { DomainEvent } from '../../src/domain/events.js';
import { groundOf } from '../../src/entrypoints/ground.js';
import { wipe } from '../../src/graph/maintenance.js';
import { alertIdOf } from '../../src/log/ids.js';
import { MIDNIGHT } from '../oracle/worlds.js';
import { visitFacts } from '../support/graph.js';
import { Pipeline } from '../support/pipeline.js';
import { ask } from '../support/question-story.js';
import { AlertingRig } from '../unit/alert/rig.js';

/** Milliseconds for one test on a machine that is busy with others. */
const SLOWEST = 180_000;

const PHONE = '+84900000001';

/** Times are minutes after midnight. */
const stay = (personId: string, placeId: string, from: number, to: number): DomainEvent => ({
  type: 'CheckedIn',
  data: { ...visitFacts(personId, placeId, from, to), visitId: `${personId} at ${placeId}` },
});

/** For an hour, in the morning of a day of 2021. */
const met = (personA: string, personB: string, day: string): DomainEvent => ({
  type: 'ProximityObserved',
  data: {
    ...{ personA, personB, distanceMetres: 1 },
    ...{ startedAt: `2021-${day}T08:00:00Z`, endedAt: `2021-${day}T09:00:00Z` },
  },
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((each, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [each, ...rest]));
}

/** What tools for tracing get wrong, on the real graph. */
export function hardCases(driverOf: () => Driver): void {
  const fresh = async () => {
    await wipe(driverOf());
    return new Pipeline(driverOf());
  };

  describe('What is easily got wrong', () => {
    it(
      'two warnings on one visit, one withdrawn: the other stays',
      async () => {
        const pipeline = await fresh();
        const alerting = new AlertingRig(pipeline.store);
        await alerting.register('Chi', PHONE);
        await pipeline.append([stay('An', 'cafe', 0, 60), stay('Binh', 'cafe', 70, 90), stay('Chi', 'cafe', 30, 120)]);
        await pipeline.confirm('An');
        await pipeline.confirm('Binh');
        await pipeline.settle();
        await alerting.drain();
        const ofAn = { person: 'Chi', degree: 1, first: MIDNIGHT + 30 * 60, seconds: 30 * 60, via: [] };
        const ofBinh = { person: 'Chi', degree: 1, first: MIDNIGHT + 70 * 60, seconds: 20 * 60, via: [] };
        expect(await pipeline.contactsOf('An')).toContainEqual(ofAn);
        expect(await pipeline.contactsOf('Binh')).toContainEqual(ofBinh);
        const [first, other] = ['An', 'Binh'].map((caseId) => alertIdOf(caseId, 'Chi', 0));
        expect(alerting.sentTo(PHONE).map(({ id }) => id)).toEqual([first, other]);

        await pipeline.retract('An');
        await pipeline.settle();
        await alerting.drain();
        expect(await pipeline.contactsOf('An')).toEqual([]);
        expect(await pipeline.exposedTo('An')).toEqual([]);
        expect(await pipeline.contactsOf('Binh')).toContainEqual(ofBinh);
        expect(await pipeline.exposedTo('Binh')).toContainEqual({ person: 'Chi', degree: 1 });
        const why = await ask(groundOf(driverOf(), pipeline.store), 'why', { person: 'Chi' });
        expect(why.items).toMatchObject([{ case: { id: 'Binh' }, degree: 1, minutes: 20 }]);
        expect(alerting.alerts('Chi', 'An').map(({ withdrawal }) => withdrawal)).toEqual(['sent']);
        expect(alerting.alerts('Chi', 'Binh').map(({ status }) => status)).toEqual(['sent']);
      },
      SLOWEST,
    );

    it.each(permutations([met('An', 'Binh', '01-01'), met('Binh', 'Chi', '01-02'), met('An', 'Chi', '06-01')]))(
      'A-B on 1 January, B-C on 2 January and A-C on 1 June are the same chains in whatever order they are entered',
      async (...meetings) => {
        const pipeline = await fresh();
        for (const meeting of meetings) {
          await pipeline.append([meeting]);
          await pipeline.settle();
        }
        expect(await chainsOf(pipeline, 'An', 'Chi')).toEqual([
          { received: '2021-01-02T08:00:00Z', to: ['Binh', 'Chi'] },
          { received: '2021-06-01T08:00:00Z', to: ['Chi'] },
        ]);
      },
      SLOWEST,
    );

    it(
      'A-B on 10 January and B-C on 1 January is no chain from A to C',
      async () => {
        const pipeline = await fresh();
        await pipeline.append([met('An', 'Binh', '01-10'), met('Binh', 'Chi', '01-01')]);
        await pipeline.confirm('An', '2021-01-02T00:00:00Z');
        await pipeline.settle();
        expect(await chainsOf(pipeline, 'An', 'Chi')).toEqual([]);
        expect(await chainsOf(pipeline, 'Chi', 'An')).toEqual([
          { received: '2021-01-10T08:00:00Z', to: ['Binh', 'An'] },
        ]);
        // The window is open on both days: Chi is no F2 because of the order alone.
        expect(await pipeline.exposedTo('An')).toEqual([{ person: 'Binh', degree: 1 }]);
      },
      SLOWEST,
    );
  });

  async function chainsOf({ store }: Pipeline, from: string, to: string) {
    const year = { from_time: '2021-01-01T00:00:00Z', until_time: '2021-12-31T00:00:00Z' };
    const { chains } = await ask(groundOf(driverOf(), store), 'chains', { from, to, ...year });
    return (chains as { received: string; steps: { to: string }[] }[]).map(({ received, steps }) => ({
      received,
      to: steps.map((step) => step.to),
    }));
  }
}
