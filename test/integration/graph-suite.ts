import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { suffixOf } from '../../src/contact-graph/instances.js';
import { makeSchema } from '../../src/contact-graph/label-schema.js';
import { migrate, readMigrations } from '../../src/contact-graph/migrations.js';
import { connectGraph, type GraphAddress } from '../../src/contact-graph/neo4j.js';
import { allOf } from '../../src/contact-graph/projection.js';
import { FACT_PROJECTIONS, VISITS } from '../support/projections.js';
import { answers } from './graph-answers.js';
import { caseList } from './graph-case-list.js';
import { exactness } from './graph-exactness.js';
import { exploring } from './graph-exploring.js';
import { gate } from './graph-gate.js';
import { hardCases } from './graph-hard-cases.js';
import { histories } from './graph-histories.js';
import { operation } from './graph-operation.js';
import { merged } from './graph-questions-merged.js';
import { questionCommands } from './graph-questions-command.js';
import { pages } from './graph-questions-pages.js';
import { projectable } from './graph-projectable.js';
import { questions } from './graph-questions.js';
import { bench } from './graph-bench.js';
import { evidence } from './graph-questions-evidence.js';
import { results } from './graph-results.js';
import { settingAside } from './graph-set-aside.js';
import { tasks } from './graph-questions-tasks.js';
import { reminders } from './graph-reminders.js';
import { retracing } from './graph-retracing.js';
import { neighbourhoodRows } from './projections-neighbourhood.js';
import { ownProjections } from './projections-own.js';
import { projectionRows } from './projections-rows.js';
import { sharedProjections } from './projections-shared.js';
import { visitProjections } from './projections-visits.js';

/** A separate Neo4j for the tests of the graph, because they empty and rebuild it. */
export interface GraphOfTests {
  neo4j: GraphAddress;
  remove(): Promise<void>;
}

/**
 * The tests of the graph: all, or only those of the schema, of traces, of a tracing team's questions and of events of every
 * type.
 * @param start starts a Neo4j for them, without a schema of the program.
 */
export function graphSuite(start: () => Promise<GraphOfTests>, { complete = true } = {}): void {
  let graph: GraphOfTests;
  let driver: Driver;
  let applied: string[][];

  beforeAll(async () => {
    graph = await start();
    driver = connectGraph(graph.neo4j);
    const another = connectGraph(graph.neo4j);
    applied = await Promise.all([migrate(driver), migrate(another)]);
    await another.close();
    if (complete) await makeSchemasOfLaterMakings();
  }, 300_000);

  /**
   * After each change of its schema, Neo4j plans all queries again. So the indexes of rebuilt projections and of other
   * versions are created at the beginning.
   */
  async function makeSchemasOfLaterMakings(): Promise<void> {
    for (const { owns, version } of allOf(VISITS, FACT_PROJECTIONS)) {
      await makeSchema(driver, owns, { version, again: true });
      await makeSchema(driver, owns, { version: version + 1, again: false });
    }
  }

  afterAll(async () => {
    await driver?.close();
    await graph?.remove();
  }, 60_000);

  it('Two processes that start together apply each migration once', async () => {
    const names = readMigrations().map(({ name }) => name);
    expect(applied.flat()).toEqual(names);
    expect(applied.filter((each) => each.length > 0)).toHaveLength(1);
    expect(await migrate(driver)).toEqual([]);
  });

  if (complete) {
    it('Rebuilt rows, or rows of another version, are found as fast: their labels have the indexes of version 1', async () => {
      // Some tests begin with an empty database.
      await migrate(driver);
      await makeSchemasOfLaterMakings();
      const { records } = await driver.executeQuery(
        `SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint WHERE size(labelsOrTypes) = 1
         RETURN labelsOrTypes[0] AS label, properties, owningConstraint IS NOT NULL AS unique ORDER BY properties`,
      );
      const indexesOf = (label: string) =>
        records
          .filter((record) => record.get('label') === label)
          .map((record) => [record.get('properties'), record.get('unique')]);
      const projections = allOf(VISITS, FACT_PROJECTIONS);
      expect(projections.flatMap(({ owns }) => owns).filter((label) => indexesOf(label).length > 0)).not.toEqual([]);
      for (const { owns, version } of projections) {
        const [rebuilt, next] = [suffixOf({ version, again: true }), suffixOf({ version: version + 1, again: false })];
        for (const label of owns) {
          expect([indexesOf(`${label}${rebuilt}`), indexesOf(`${label}${next}`)]).toEqual([
            indexesOf(label),
            indexesOf(label),
          ]);
        }
      }
    });
  }

  const driverOf = () => driver;
  const addressOf = () => graph.neo4j;
  const enough = [hardCases, questions, projectable];
  const every = [
    ...[
      exactness,
      retracing,
      histories,
      results,
      hardCases,
      operation,
      answers,
      questions,
      exploring,
      evidence,
      merged,
      tasks,
    ],
    ...[reminders, projectionRows, neighbourhoodRows, ownProjections, sharedProjections, visitProjections],
  ];
  for (const part of complete ? every : enough) part(driverOf);
  if (!complete) return;

  bench(addressOf);
  caseList(driverOf, addressOf);
  questionCommands(driverOf, addressOf);
  pages(driverOf, addressOf);
  projectable(driverOf);
  settingAside(driverOf);
  gate(driverOf, addressOf);
}
