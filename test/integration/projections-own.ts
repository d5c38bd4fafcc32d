import { describe, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { FACT_PROJECTIONS } from '../../src/entrypoints/graph-types.js';
import { readGraphState } from '../../src/contact-graph/checkpoints.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { readMigrations } from '../../src/contact-graph/migrations.js';
import { countIn, openWriter } from '../support/graph.js';
import { near, traced } from '../support/projection-events.js';
import { storeWith } from '../support/projection-spec.js';

const SLOWEST = 120_000;

/** Projections with a name, a version and a checkpoint each. */
export function ownProjections(driverOf: () => Driver): void {
  describe('A projection of its own', () => {
    it(
      'takes the place at which a graph of one checkpoint for all stands, and nothing is emptied',
      async () => {
        await wipe(driverOf());
        const store = await storeWith(traced([['Binh', 1]], 'trace-1'));
        const before = await openWriter(driverOf(), store);
        await before.write({ events: store.all, position: store.all.at(-1)!.position });
        await before.settle();
        // As the program kept it until then.
        await driverOf().executeQuery(
          `MATCH (c:Checkpoint {projection: 'cases'})
           WITH c.epoch AS epoch, c.commit AS commit, c.prepare AS prepare, c.given AS given
           MATCH (old:Checkpoint) WHERE old.partition = 'facts' DETACH DELETE old
           WITH DISTINCT epoch, commit, prepare, given
           CREATE (:Checkpoint {projection: 'contact-graph', partition: 'facts', epoch: epoch, commit: commit,
                                prepare: prepare, given: given})`,
        );
        await driverOf().executeQuery(
          "MATCH (c:Checkpoint {projection: 'presence'}) SET c.projection = 'contact-graph' REMOVE c.version, c.state, c.owns",
        );
        const file = readMigrations().find(({ name }) => name === '0019-contact-graph-checkpoints.cypher');
        // Each statement bears being run again.
        for (const statement of [...(file?.statements ?? []), ...(file?.statements ?? [])]) {
          await driverOf().executeQuery(statement);
        }

        const tasks = await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count');
        const { epoch } = before;
        const after = await openWriter(driverOf(), store);
        expect(after.epoch).toBe(epoch);
        expect(after.passed).toEqual(store.all.at(-1)?.position);
        const { instances } = (await readGraphState(driverOf()))!;
        expect(instances.map(({ name, version, state }) => [name, version, state]).sort()).toEqual(
          FACT_PROJECTIONS.map(({ name }) => [name, 1, 'active']).sort(),
        );
        expect(instances.map(({ name, owns }) => [name, owns]).sort()).toEqual(
          FACT_PROJECTIONS.map(({ name, owns = [] }) => [name, owns]).sort(),
        );
        const more = await storeWith([...traced([['Binh', 1]], 'trace-1'), near(10)]);
        await after.write({ events: more.all.slice(-1), position: more.all.at(-1)!.position });
        await after.settle();
        expect(await countIn(driverOf(), 'MATCH ()-[n:NEAR]->() RETURN count(n) AS count')).toBe(1);
        expect(await countIn(driverOf(), 'MATCH (t:Task) RETURN count(t) AS count')).toBe(tasks);
        expect(tasks).toBeGreaterThan(0);
      },
      SLOWEST,
    );
  });
}
