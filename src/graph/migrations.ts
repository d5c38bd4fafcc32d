import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from 'neo4j-driver';
import { UserError } from '../domain/errors.js';
import { projectFolder } from '../platform/project-folder.js';
import { refuseOthers } from './maintenance.js';
import { inTransaction, rows } from './neo4j.js';

const NAME = /^\d{4}-[a-z0-9-]+\.cypher$/;

interface Migration {
  name: string;
  statements: string[];
  checksum: string;
}

/**
 * Applies the migrations that the graph has not seen, in order, each once: a lock in the graph itself keeps two
 * processes that start together apart, and goes with the process that holds it.
 * @throws UserError when the graph has migrations that this program does not know, one changed after it ran, or the
 * database is another program's.
 */
export async function migrate(driver: Driver, migrations = readMigrations()): Promise<string[]> {
  await inTransaction(driver, 'read', async (tx) => {
    // No graph is made before the migrations ran: whatever stands here without any came from elsewhere.
    const begun = await rows(tx, 'MATCH (m) WHERE m:Migration OR m:Graph RETURN 1 LIMIT 1');
    if (begun.length === 0) await refuseOthers(tx, 'Migration|Graph');
  });
  await driver.executeQuery(
    'CREATE CONSTRAINT migration_name IF NOT EXISTS FOR (m:Migration) REQUIRE m.name IS UNIQUE',
  );
  const lock = driver.session();
  const holding = lock.beginTransaction();
  try {
    await holding.run("MERGE (m:Migration {name: 'lock'}) SET m.takenAt = datetime()");
    const applied = await inTransaction(driver, 'read', (tx) =>
      rows<{ name: string; checksum: string }>(
        tx,
        "MATCH (m:Migration) WHERE m.name <> 'lock' RETURN m.name AS name, m.checksum AS checksum",
      ),
    );
    checkKnown(applied, migrations);
    const done = new Set(applied.map((each) => each.name));
    const missing = migrations.filter((each) => !done.has(each.name));
    for (const { name, statements, checksum } of missing) {
      // A change of the schema cannot share a transaction with data, so each statement bears being run again.
      for (const statement of statements) await driver.executeQuery(statement);
      await driver.executeQuery('CREATE (:Migration {name: $name, checksum: $checksum, appliedAt: datetime()})', {
        name,
        checksum,
      });
    }
    await driver.executeQuery('CALL db.awaitIndexes(600)');
    await holding.commit();
    return missing.map((each) => each.name);
  } finally {
    await holding.close();
    await lock.close();
  }
}

/** The files of `migrations/`, in the order of their numbers. */
export function readMigrations(): Migration[] {
  const folder = projectFolder('migrations');
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const statements = text
        .replace(/^\/\/.*$/gm, '')
        .split(/;\s*$/m)
        .map((statement) => statement.trim())
        .filter(Boolean);
      return { name, statements, checksum: createHash('sha256').update(statements.join(';')).digest('hex') };
    });
}

function checkKnown(applied: { name: string; checksum: string }[], migrations: Migration[]): void {
  const known = new Map(migrations.map((each) => [each.name, each.checksum]));
  for (const { name, checksum } of applied) {
    if (!known.has(name)) {
      throw new UserError(
        `The graph was migrated by a newer program (${name}).`,
        'Use that version, or set NEO4J_URL to an empty Neo4j: the graph is made again from the log.',
      );
    }
    if (known.get(name) !== checksum) {
      throw new UserError(
        `Migration ${name} was changed after it had been applied.`,
        'Restore the file and put the change into a new migration.',
      );
    }
  }
}
