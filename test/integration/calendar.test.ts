import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { servicesDown, servicesStatus, servicesUp } from '@truyvet/local-services';
import { calendarRelease, findJava, ltsRelease, type Neo4jRelease } from '@truyvet/local-services/machine';
import { migrate } from '../../src/contact-graph/migrations.js';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { readConfig } from '../../src/platform/config.js';
import { testEnvironment } from '../support/environment.js';
import type { DomainEvent } from '../support/events.js';
import { contactsIn, openWriter, positionAt, recorded, visitFacts } from '../support/graph.js';
import { calendarSuite } from '../support/sizes.js';
import { graphSuite } from './graph-suite.js';

const only = ['neo4j'] as const;

/** Milliseconds, on a busy machine, in which the jars of the release may have to be downloaded. */
const SLOWEST = 600_000;

// The archive of classes that is among the options is that of another Java.
process.env.JAVA_TOOL_OPTIONS = (process.env.JAVA_TOOL_OPTIONS ?? '').replaceAll(/ -XX:SharedArchiveFile=\S+/g, '');

/** A graph of its own, on the release that is named at each start. */
function graphFolder(language?: 'CYPHER_5' | 'CYPHER_25') {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-calendar-'));
  const { TRUYVET_NEO4J_SETTINGS: usual } = process.env;
  const settings = language ? `${usual},db.query.default_language=${language}` : usual;
  const config = readConfig(testEnvironment({ TRUYVET_DATA: dataDir, TRUYVET_NEO4J_SETTINGS: settings }));
  const say = (line: string) => process.stderr.write(`${line}\n`);
  return {
    up: (release?: Neo4jRelease) =>
      servicesUp({ config: { ...config, neo4jVersion: release?.version }, only, install: true, say }),
    version: async () => (await servicesStatus({ config, only }))[0]?.version,
    down: () => servicesDown({ config, only }),
    remove: async () => {
      await servicesDown({ config, only });
      rmSync(dataDir, { recursive: true });
    },
  };
}

const { java, unsuitable } = await findJava(calendarRelease);
const name = `Neo4j ${calendarRelease.version}`;

if (java) {
  describe.each(['CYPHER_5', 'CYPHER_25'] as const)(
    `On ${name} with %s as the language of the database`,
    (language) => {
      graphSuite(
        async () => {
          const { up, remove } = graphFolder(language);
          const { neo4j } = await up(calendarRelease);
          const driver = connectGraph(neo4j);
          const { records } = await driver.executeQuery('SHOW DATABASES YIELD name, defaultLanguage');
          await driver.close();
          expect(records.map((record) => record.get('defaultLanguage') as string)).toContain(
            language.replace('_', ' '),
          );
          return { neo4j, remove };
        },
        { complete: calendarSuite > 0 },
      );
    },
  );

  describe(`A graph of Neo4j ${ltsRelease.version}`, () => {
    const met: DomainEvent[] = ['An', 'Binh', 'Chi'].map((person) => ({
      type: 'CheckedIn',
      data: visitFacts(person, 'cafe', 0, 60),
    }));
    const metLater: DomainEvent = { type: 'CheckedIn', data: visitFacts('Dung', 'cafe', 30, 90) };

    it(
      `is taken over by ${name} as it is, which later starts keep, and is refused to the old one with the way back`,
      async () => {
        const { up, down, version, remove } = graphFolder();
        try {
          let driver = connectGraph((await up()).neo4j);
          expect(await version()).toBe(ltsRelease.version);
          await migrate(driver);
          const write = async (event: DomainEvent, at: number) => {
            const writer = await openWriter(driver);
            await writer.write({ events: recorded([event], at), position: positionAt(at) });
            await writer.settle();
          };
          for (const [i, event] of met.entries()) await write(event, i + 1);
          expect(await contactsIn(driver, met, 'An')).toBe(2);
          await driver.close();
          await down();

          driver = connectGraph((await up(calendarRelease)).neo4j);
          expect(await version()).toBe(calendarRelease.version);
          expect(await migrate(driver)).toEqual([]);
          expect(await contactsIn(driver, met, 'An')).toBe(2);
          await write(metLater, met.length + 1);
          expect(await contactsIn(driver, [...met, metLater], 'An')).toBe(3);
          await driver.close();
          await expect(up(ltsRelease)).rejects.toThrow(/cannot read the graph .* which Neo4j 2026\.08\.1 has written/);
          await up();
          expect(await version()).toBe(calendarRelease.version);
        } finally {
          await remove();
        }
      },
      SLOWEST,
    );
  });
} else {
  const found = unsuitable.length > 0 ? `found only Java ${unsuitable.join(', ')}` : 'found none';
  const why = `skipped: it runs on Java ${calendarRelease.java}; ${found}`;
  process.stderr.write(`The tests of the graph on ${name} are ${why}.\n`);
  it.skip(`Truyvet runs on ${name} (${why})`, () => undefined);
}
