import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { tasksIn } from '../../projections/tasks.js';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { Neo4jIds } from '../../src/contact-graph/known-ids.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { readMigrations } from '../../src/contact-graph/migrations.js';
import { allOf, defineProjection } from '../../src/contact-graph/projection.js';
import { TRACED } from '../../src/contact-graph/reads.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { countIn, LOST_POWER, openWriter } from '../support/graph.js';
import { AN, near, traced } from '../support/projection-events.js';
import { storeWith } from '../support/projection-spec.js';
import { filledScenes, until } from '../support/projector-scene.js';

const SLOWEST = 120_000;

const tasks = tasksIn(calendarOf('UTC'));
const AN_MET_TWO = traced(
  [
    ['Binh', 1],
    ['Chi', 1],
  ],
  'trace-1',
);

/** Projections that each have a name, a version and a checkpoint. */
/** What the first version of visits owned, with a relationship for each visit. */
const OWNED_BY_VISITS = ['Slot', 'SlotPart', 'AT', 'IN', 'PART', 'Place.kind', 'Place.stayMinutes', 'StayRule'];

export function ownProjections(driverOf: () => Driver): void {
  describe('A projection with its own checkpoint', () => {
    it(
      'starts at the position of a graph with one checkpoint for all, and nothing is emptied',
      async () => {
        await wipe(driverOf());
        const store = await storeWith(traced([['Binh', 1]], 'trace-1'));
        const before = await openWriter(driverOf(), store);
        await before.write({ events: store.all, position: store.all.at(-1)!.position });
        await before.settle();
        // The format of the checkpoint before then.
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {state: 'shared'})
           WITH c.epoch AS epoch, c.commit AS commit, c.prepare AS prepare, c.given AS given
           MATCH (old:Checkpoint) WHERE old.partition STARTS WITH 'facts' DETACH DELETE old
           WITH DISTINCT epoch, commit, prepare, given
           CREATE (:Checkpoint {projection: 'contact-graph', partition: 'facts', epoch: epoch, commit: commit,
                                prepare: prepare, given: given})`,
        );
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {projection: 'presence'}) WHERE c.partition STARTS WITH 'diaries-' DELETE c`,
        );
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {projection: 'presence'})
           SET c.projection = 'contact-graph', c.partition = left(c.partition, size('slots-0'))
           REMOVE c.version, c.state, c.owns`,
        );
        const since = readMigrations().filter(({ name }) => /^00(?:19|21|22|23)-contact-graph-/.test(name));
        expect(since).toHaveLength(4);
        for (const { statements } of since) {
          // Each statement can be run twice.
          for (const statement of [...statements, ...statements]) await driverOf().executeQuery(statement);
        }

        const tasks = await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count');
        const { epoch } = before;
        const after = await openWriter(driverOf(), store);
        expect(after.epoch).toBe(epoch);
        expect(after.passed).toEqual(store.all.at(-1)?.position);
        const { instances } = (await readGraphState(driverOf()))!;
        // The projections that such a graph had; the projector builds newer ones beside them.
        const newer = ['messages', 'neighbourhood'];
        const had = allOf(VISITS, FACT_PROJECTIONS).filter(({ name }) => !newer.includes(name));
        expect(instances.map(({ name, version, state }) => [name, version, state]).sort()).toEqual(
          had.map(({ name, version }) => [name, 1, version === 1 ? 'active' : 'left']).sort(),
        );
        expect(instances.map(({ name, owns }) => [name, owns]).sort()).toEqual(
          had.map(({ name, owns }) => [name, name === 'presence' ? OWNED_BY_VISITS : owns]).sort(),
        );
        const more = await storeWith([...traced([['Binh', 1]], 'trace-1'), near(10)]);
        await after.write({ events: more.all.slice(-1), position: more.all.at(-1)!.position });
        await after.settle();
        // Meetings are written when their projection was made in this version.
        expect(await countIn(driverOf(), 'MATCH ()-[n:NEAR]->() RETURN count(n) AS count')).toBe(0);
        expect(await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count')).toBe(tasks);
        expect(tasks).toBeGreaterThan(0);
      },
      SLOWEST,
    );

    const filled = filledScenes(driverOf, AN_MET_TWO);

    it(
      'of another version is built beside the old one: contacts and traces are answered meanwhile, its own questions are not',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        const epoch = (await readGraphState(driverOf()))?.epoch;
        await at.stop();

        let release = (): void => undefined;
        const released = new Promise<void>((done) => (release = done));
        const another = defineProjection({
          ...tasks,
          version: 2,
          write: async (context, events) => {
            await released;
            await tasks.write(context, events);
          },
        });
        at.start(another);
        await until(async () => typeof (await at.tasksOrWhy()) === 'string', 'tasks are not answered any more');
        expect(await at.tasksOrWhy()).toContain('tasks and reminders are being rebuilt');
        await at.append(near(10));
        await until(() => at.passed(TRACED), 'traces have what comes meanwhile');
        expect(await at.passed(['tasks'])).toBe(false);
        expect(await at.exposedAmong(['Binh', 'Chi', 'Dung'], AN.caseId)).toEqual(['Binh', 'Chi']);
        // Whole ids of tasks are printed until they can be shortened again.
        const short = await new Neo4jIds(driverOf()).shortIds([AN.caseId, before[0]?.id ?? '']);
        expect([...short.keys()]).toEqual([AN.caseId]);
        const end = at.store.all.at(-1)?.position;
        const read = withTraceGraph(driverOf(), new TraceCache(10_000), (graph) => graph.person('Binh'), end);
        expect(await read).toBeGreaterThan(0);
        expect(await at.labels()).toEqual(['Task']);

        release();
        await until(async () => Array.isArray(await at.tasksOrWhy()), 'tasks are answered again');
        expect(await at.tasks()).toEqual(before);
        expect((await readGraphState(driverOf()))?.epoch).toBe(epoch);
        await until(async () => !(await at.labels()).includes('Task'), 'the old tasks are removed');
        expect(await at.labels()).toEqual(['Task_v2']);
        // From now on, events go into the new rows.
        await at.append({ type: 'CaseRetracted', data: { caseId: AN.caseId, reason: 'a test' } });
        await until(async () => (await at.tasks()).length === 0, 'what follows is written into what was made');
      },
      SLOWEST,
    );

    it(
      'is rebuilt by command, and answers all the while',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        for (const again of [true, false]) {
          await wantAgain(driverOf(), 'tasks');
          await until(async () => {
            expect(await at.tasks()).toEqual(before);
            return (await at.instance('tasks', 'active'))?.again === again;
          }, 'tasks are made again');
          expect(await at.tasks()).toEqual(before);
          await until(async () => (await at.labels()).length === 1, 'the old tasks are removed');
        }
        expect(await at.labels()).toEqual(['Task']);
      },
      SLOWEST,
    );

    it(
      'continues from its checkpoint after a crash in the middle, and says meanwhile why it is not ready',
      async () => {
        const at = await filled();
        const before = await at.tasks();
        await at.stop();
        const given: string[][] = [[], []];
        const making = (run: number, mostEvents: number) =>
          defineProjection({
            ...tasks,
            version: 2,
            write: async (context, events) => {
              if ((given[run]?.length ?? 0) + events.length > mostEvents) throw new Error(LOST_POWER);
              await tasks.write(context, events);
              given[run]?.push(...events.map(({ id }) => id));
            },
          });
        at.start(making(0, 1));
        await until(async () => (await at.instance('tasks', 'building'))?.trouble === LOST_POWER, 'it has failed');
        await at.stop();
        const stopped = (await at.instance('tasks', 'building'))?.passed;
        expect(stopped).toBeDefined();

        at.start(making(1, Infinity));
        await until(async () => Array.isArray(await at.tasksOrWhy()), 'tasks are answered again');
        expect(await at.tasks()).toEqual(before);
        expect(given[0]?.length).toBeGreaterThan(0);
        expect(given[1]?.length).toBeGreaterThan(0);
        expect(given[1]?.filter((id) => given[0]?.includes(id))).toEqual([]);
      },
      SLOWEST,
    );
  });
}
