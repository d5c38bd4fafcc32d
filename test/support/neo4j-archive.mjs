import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Milliseconds that an ending Neo4j needs to write its classes, on a busy machine. */
const WRITTEN_WITHIN = 180_000;

/** One query of each kind, to load the code that plans and runs them. */
const QUESTIONS = [
  'UNWIND $rows AS row MERGE (a:Trained {id: row[0]}) SET a += row[1] RETURN collect(id(a)) AS ids',
  `MATCH (a:Trained), (b:Trained) WHERE a.id < b.id MERGE (a)-[n:NEXT]->(b) SET n.at = coalesce(n.at, 0) + 1
   RETURN sum(n.at) AS sum`,
  `MATCH (a:Trained) WHERE a.id IN $ids OPTIONAL MATCH (a)-[r:NEXT|OTHER]->(b:Trained)
   RETURN a.id AS id, count(r) AS n ORDER BY n DESC, id LIMIT 5`,
  `UNWIND $ids AS id CALL (id) { MATCH (a:Trained {id: id}) RETURN a.id AS found
   UNION MATCH (b:Trained {id: id})<-[:NEXT]-(c) RETURN c.id AS found } RETURN id, collect(DISTINCT found) AS found`,
  `MATCH (a:Trained) WHERE COUNT { (a)-[:NEXT]->() } > 0 AND NOT EXISTS { (a)-[:OTHER]->() }
   RETURN [x IN range(0, 3) WHERE x > 1 | x * 2] AS list, CASE WHEN a.id = 1 THEN toString(a.id) END AS one`,
  'MATCH (a:Trained) DETACH DELETE a',
];

/**
 * Runs a Neo4j only to write its classes into a file, with which others start with two thirds of the work: tests start
 * some forty. The file is kept as long as Java and the jars stay the same.
 * @param services the program's own modules.
 * @param start starts that Neo4j in a folder with the current JAVA_TOOL_OPTIONS.
 * @returns the path of the file when it exists.
 */
export async function archiveOfNeo4j(services, { dataDir, options, start }) {
  const { java } = await services.findJava(services.ltsRelease);
  const { stderr } = await promisify(execFile)(java.command, ['-version']);
  const facts = [stderr, services.jarFolder(services.ltsRelease.version), options].join('\n');
  const file = join(dataDir, `neo4j-${createHash('sha256').update(facts).digest('hex').slice(0, 12)}.jsa`);
  if (existsSync(file)) return { file, written: Promise.resolve() };
  const folder = join(dataDir, 'archive');
  const written = `${file}.new`;
  rmSync(written, { force: true });
  process.env.JAVA_TOOL_OPTIONS = `${options} -XX:ArchiveClassesAtExit=${written}`;
  const { config, urls } = await start(folder).finally(() => (process.env.JAVA_TOOL_OPTIONS = options));
  const [{ pid }] = await services.servicesStatus({ config, only: ['neo4j'] });
  const end = async () => {
    const until = Date.now() + WRITTEN_WITHIN;
    while (services.identityOf(pid) !== undefined && Date.now() < until) await delay(100);
    await services.servicesDown({ config, only: ['neo4j'] });
    rmSync(folder, { recursive: true, force: true });
    // Never write to a file that another run is reading.
    if (existsSync(written)) renameSync(written, file);
  };
  try {
    await train(services, urls.neo4j);
  } finally {
    // Nothing of it keeps running, even after an error.
    process.kill(pid, 'SIGTERM');
  }
  return { file, written: end() };
}

async function train({ connectGraph, migrate }, address) {
  const driver = connectGraph(address);
  try {
    await migrate(driver);
    const given = { rows: [1, 2, 3].map((id) => [id, { name: `${id}` }]), ids: [1, 2] };
    for (const question of QUESTIONS) await driver.executeQuery(question, given);
  } finally {
    await driver.close();
  }
}
