import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../kernel/errors.js';
import type { Driver, Tx } from './driver.js';
import { gateOf, LEASE, MARK } from './gate.js';
import { extendSchemas } from './label-schema.js';
import { configOf, PROGRAM } from './limits.js';
import { othersAmong } from './maintenance.js';
import { readMigrations, type Migration } from './migration-files.js';

export { readMigrations };

/** Milliseconds to wait for transactions that began before the gate was closed. */
const ENDING = 150_000;
const LOOK_EVERY = 100;

interface Applied {
  name: string;
  checksum: string;
}

/**
 * Applies the missing migrations in order, each once, and opens the gate when all their indexes are online. A lock in
 * the graph itself serialises processes that start together, and ends with the process that holds it. On a running
 * installation the gate is closed first, and transactions under way get time to end.
 * @param lease milliseconds after which every process has noticed that the gate is closed.
 * @returns the names of the migrations applied.
 * @throws UserError if the graph has migrations that this program does not know, a migration was changed after it had
 * been applied, or the database holds another program's data.
 */
export async function migrate(driver: Driver, migrations = readMigrations(), lease = LEASE): Promise<string[]> {
  await refuseOthers(driver);
  // Skipped if it exists: the statement would wait for the holders of the lock, and they for it.
  if (!(await hasConstraint(driver))) {
    await change(driver, 'CREATE CONSTRAINT migration_name IF NOT EXISTS FOR (m:Migration) REQUIRE m.name IS UNIQUE');
  }
  const session = driver.session();
  try {
    const lock = await session.beginTransaction(configOf('migrate'));
    try {
      const done = await migrateUnder(lock, driver, migrations, lease);
      await lock.commit();
      gateOf(driver).opened();
      return done;
    } finally {
      await lock.close();
    }
  } finally {
    await session.close();
  }
}

/** All queries on migrations use the transaction that holds the lock: in another one, they could deadlock with it. */
async function migrateUnder(
  lock: Tx,
  driver: Driver,
  migrations: readonly Migration[],
  lease: number,
): Promise<string[]> {
  await lock.run("MERGE (m:Migration {name: 'lock'}) SET m.takenAt = datetime()");
  const { records } = await lock.run<{ name: string; checksum: string }>(
    "MATCH (m:Migration) WHERE m.name <> 'lock' RETURN m.name AS name, m.checksum AS checksum",
  );
  const applied: Applied[] = records.map((record) => record.toObject());
  checkKnown(applied, migrations);
  const done = new Set(applied.map(({ name }) => name));
  const missing = migrations.filter(({ name }) => !done.has(name));
  if (missing.length > 0 && applied.length > 0) await closeGate(driver, lease);
  for (const { statements } of missing) {
    // A schema change cannot share a transaction with data, so each statement must be repeatable.
    for (const statement of statements) await change(driver, statement);
  }
  if (missing.length > 0) await extendSchemas(driver);
  await change(driver, 'CALL db.awaitIndexes(1500)');
  await lock.run(
    'UNWIND $applied AS row CREATE (:Migration {name: row.name, checksum: row.checksum, appliedAt: datetime()})',
    { applied: missing.map(({ name, checksum }) => ({ name, checksum })) },
  );
  await lock.run(`MERGE (m:${MARK} {name: 'graph'}) SET m.files = $files, m.changing = null`, {
    files: migrations.map(({ name }) => name),
  });
  return missing.map(({ name }) => name);
}

async function hasConstraint(driver: Driver): Promise<boolean> {
  const { records } = await change(driver, "SHOW CONSTRAINTS YIELD name WHERE name = 'migration_name' RETURN name");
  return records.length > 0;
}

/** Migrations run before any graph is created: data in a database without migrations is another program's. */
async function refuseOthers(driver: Driver): Promise<void> {
  if (await hasConstraint(driver)) {
    const { records } = await change(driver, 'MATCH (m:Migration) RETURN 1 AS one LIMIT 1');
    if (records.length > 0) return;
  }
  // The query names no label, since another projector may be about to constrain it.
  const { records } = await change(driver, 'MATCH (n) RETURN labels(n) AS labels LIMIT 1000');
  const labels = records.map((record) => (record.toObject() as { labels: string[] }).labels);
  const others = othersAmong(labels, ['Migration', MARK, 'Graph']);
  if (others) throw others;
}

/** Closes the gate and waits until no new transaction can begin and those under way have ended, or took too long. */
async function closeGate(driver: Driver, lease: number): Promise<void> {
  await change(driver, `MERGE (m:${MARK} {name: 'graph'}) SET m.changing = true`);
  await delay(lease);
  const until = Date.now() + ENDING;
  for (;;) {
    const { records } = await change(
      driver,
      `SHOW TRANSACTIONS YIELD metaData
       WHERE metaData.program = $program AND NOT metaData.kind IN ['migrate', 'gate'] RETURN 1 AS one LIMIT 1`,
      { program: PROGRAM },
    );
    if (records.length === 0 || Date.now() > until) return;
    await delay(LOOK_EVERY);
  }
}

function change(driver: Driver, query: string, parameters: Record<string, unknown> = {}) {
  return driver.executeQuery(query, parameters, { transactionConfig: configOf('migrate') });
}

function checkKnown(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((each) => [each.name, each.checksum]));
  for (const { name, checksum } of applied) {
    if (!known.has(name)) {
      throw new UserError(
        `The graph was migrated by a newer program (${name}).`,
        'Use that version, or set NEO4J_URL to an empty Neo4j: the graph is rebuilt from the log.',
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
