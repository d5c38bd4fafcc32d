import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { readGraphState } from '../../src/contact-graph/checkpoints.js';
import { kindOf, labelling, served, type LabelOf } from '../../src/contact-graph/instances.js';
import { allOf, defineProjection } from '../../src/contact-graph/projection.js';
import { TRACED } from '../../src/contact-graph/reads.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { trace } from '../../src/tracing/engine.js';
import { answerOf, inputOf } from '../oracle/worlds.js';
import { registered } from '../support/builders/people.js';
import { resultOf } from '../support/builders/results.js';
import type { DomainEvent } from '../support/events.js';
import { everythingOf, placeFacts, SMALL_CACHE, textOf } from '../support/graph.js';
import {
  AN,
  checkedIn,
  failed,
  isolated,
  merged,
  near,
  requested,
  ruled,
  traced,
} from '../support/projection-events.js';
import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { filledScenes, until, type ProjectorScene } from '../support/projector-scene.js';

const SLOWEST = 120_000;

/** An met Binh by phone, and Chi and Dung in the cafe; each of them has further facts. */
const STORY: DomainEvent[] = [
  ...traced([['Chi', 1]], 'trace-1'),
  ...[checkedIn('An', 'cafe', 0, 60), checkedIn('Dung', 'cafe', 20, 60), near(10)],
  ...[
    isolated('Binh', 600),
    registered('Dung', { householdId: 'h1' }),
    registered('Em', { householdId: 'h1' }),
    merged('Chi', 'Chii'),
  ],
  { type: 'TestResultReported', data: resultOf('Binh', { result: 'negative', collectedAt: textOf(0) }) },
  ...[requested('Chi'), failed('Chi')],
  ruled(30, 'vehicle'),
  {
    type: 'PlaceRegistered',
    data: { ...placeFacts('cafe'), capacity: 9, latitude: 1, longitude: 2, defaultStayMinutes: 20 },
  },
];

/** Everything that belongs to one projection. */
const OWNED = allOf(VISITS, FACT_PROJECTIONS).flatMap(({ owns }) => owns);
const READ = FACT_PROJECTIONS.filter(({ name }) =>
  [...TRACED, 'cases', 'case-windows', 'alerts', 'brake'].includes(name),
);

/** Projections that a trace or a question about contacts reads. */
export function sharedProjections(driverOf: () => Driver): void {
  describe('A projection that traces or contact questions read', () => {
    const filled = filledScenes(driverOf, STORY);
    const traceOfAn = async ({ store }: ProjectorScene) => {
      const run = (graph: Parameters<Parameters<typeof withTraceGraph>[2]>[0]) =>
        trace(graph, inputOf(everythingOf('An')));
      return answerOf(await withTraceGraph(driverOf(), new TraceCache(SMALL_CACHE), run, store.all.at(-1)?.position));
    };
    const contactsOfAn = (at: ProjectorScene) => at.exposedAmong(['Binh', 'Chi', 'Dung', 'Em'], AN.caseId);
    /** The number of rows with such a label, type or key. */
    const countOf = async (owned: string, name: string): Promise<number> => {
      const [node = ''] = owned.split('.');
      const pattern = {
        label: `(n:\`${name}\`)`,
        relationship: `()-[n:\`${name}\`]->()`,
        key: `(n:${node}) WHERE n.\`${name}\` IS NOT NULL`,
      }[kindOf(owned)];
      const { records } = await driverOf().executeQuery(`MATCH ${pattern} RETURN count(n) AS count`);
      return records[0]?.get('count') as number;
    };
    const counts = (label: LabelOf) => Promise.all(OWNED.map((owned) => countOf(owned, label(owned))));
    const namesNow = async () => labelling(served((await readGraphState(driverOf()))?.instances ?? []));

    it.each(READ.map((projection) => [projection.name, projection] as const))(
      'is built beside the old one if its version differs: traces find the same all the while (%s)',
      async (name, projection) => {
        const at = await filled();
        const before = { trace: await traceOfAn(at), contacts: await contactsOfAn(at), tasks: await at.tasks() };
        expect(before.contacts).toEqual(['Chi']);
        expect(before.trace.degrees[0]).toHaveLength(3);
        const first = await namesNow();
        const held = await counts(first);
        const epoch = (await readGraphState(driverOf()))?.epoch;
        await at.stop();

        let release = (): void => undefined;
        const released = new Promise<void>((done) => (release = done));
        at.start(
          defineProjection({
            ...projection,
            version: projection.version + 1,
            write: async (context, events) => {
              await released;
              await projection.write(context, events);
            },
          }),
        );
        await until(async () => (await at.instance(name, 'building')) !== undefined, 'it is being made');
        expect(await traceOfAn(at)).toEqual(before.trace);
        const ofCases = [name, projection.writesOn].some((each) => each === 'cases' || each === 'merges');
        if (!ofCases) expect(await contactsOfAn(at)).toEqual(before.contacts);
        release();
        await until(async () => {
          expect(await traceOfAn(at)).toEqual(before.trace);
          return (await at.instance(name, 'active'))?.version === projection.version + 1;
        }, 'it takes its place');
        expect(await traceOfAn(at)).toEqual(before.trace);
        expect(await contactsOfAn(at)).toEqual(before.contacts);
        expect(await at.tasks()).toEqual(before.tasks);
        expect((await readGraphState(driverOf()))?.epoch).toBe(epoch);

        await until(async () => (await at.gone()).length === 0, 'the old rows are removed');
        const label = await namesNow();
        expect(await counts(label)).toEqual(held);
        const renamed = OWNED.filter((owned) => label(owned) !== first(owned));
        expect(renamed).toEqual(expect.arrayContaining([...projection.owns]));
        for (const owned of renamed) expect([owned, await countOf(owned, first(owned))]).toEqual([owned, 0]);
      },
      SLOWEST,
    );
  });
}
