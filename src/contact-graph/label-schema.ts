import type { Driver } from './driver.js';
import { baseOf, kindOf, suffixOf, type Made } from './instances.js';
import { configOf } from './limits.js';

interface IndexOf {
  name: string;
  label: string;
  properties: string[];
  unique: boolean;
}

/**
 * Gives the labels of a build the indexes and constraints that migrations gave those of version 1. No query uses these
 * labels yet, so it blocks nobody, and nobody blocks it.
 */
export async function makeSchema(driver: Driver, owns: readonly string[], made: Made): Promise<void> {
  const suffix = suffixOf(made);
  const labels = owns.filter((owned) => kindOf(owned) === 'label');
  if (suffix === '' || labels.length === 0) return;
  const all = await indexesIn(driver);
  await copy(
    driver,
    all,
    labels.map((base) => ({ base, label: `${base}${suffix}` })),
  );
}

/**
 * Updates all labels in use, after a migration extended those of version 1. Must be called while the gate is closed.
 */
export async function extendSchemas(driver: Driver): Promise<void> {
  const all = await indexesIn(driver);
  const labels = [...new Set(all.map(({ label }) => label))].filter((label) => baseOf(label) !== label);
  await copy(
    driver,
    all,
    labels.map((label) => ({ base: baseOf(label), label })),
  );
}

async function copy(
  driver: Driver,
  all: readonly IndexOf[],
  labels: readonly { base: string; label: string }[],
): Promise<void> {
  for (const { base, label } of labels) {
    for (const { name, properties, unique } of all.filter((index) => index.label === base)) {
      const called = `\`${name}${label.slice(base.length)}\` IF NOT EXISTS FOR (n:\`${label}\`)`;
      const keys = `(${properties.map((property) => `n.\`${property}\``).join(', ')})`;
      await ask(
        driver,
        unique ? `CREATE CONSTRAINT ${called} REQUIRE ${keys} IS UNIQUE` : `CREATE INDEX ${called} ON ${keys}`,
      );
    }
  }
  await ask(driver, 'CALL db.awaitIndexes(1500)');
}

async function indexesIn(driver: Driver): Promise<IndexOf[]> {
  const { records } = await ask(
    driver,
    `SHOW INDEXES YIELD name, entityType, labelsOrTypes, properties, owningConstraint
     WHERE entityType = 'NODE' AND size(labelsOrTypes) = 1
     RETURN name, labelsOrTypes[0] AS label, properties, owningConstraint IS NOT NULL AS unique`,
  );
  return records.map((record) => record.toObject() as IndexOf);
}

function ask(driver: Driver, query: string) {
  return driver.executeQuery(query, {}, { transactionConfig: configOf('migrate') });
}
