import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { archiveOfNeo4j } from './neo4j-archive.mjs';

const dataDir = resolve('.truyvet-test');
const users = join(dataDir, 'users');
const kept = Boolean(process.env.TRUYVET_KEEP_TEST_SERVICES);

async function load() {
  const { readConfig } = await import('../../dist/src/platform/config.js');
  const parts = [
    ...['', '/machine', '/state'].map((part) => import(`@truyvet/local-services${part}`)),
    ...['neo4j', 'migrations'].map((name) => import(`../../dist/src/contact-graph/${name}.js`)),
  ];
  // A laptop runs other things besides the tests.
  const { TRUYVET_NEO4J_SETTINGS } = process.env;
  const small = { TRUYVET_NEO4J_HEAP: '512m', TRUYVET_NEO4J_PAGECACHE: '128m', TRUYVET_NEO4J_SETTINGS };
  const config = readConfig({ TRUYVET_DATA: dataDir, TRUYVET_DOCKER: 'no', ...small });
  return Object.assign({ config, readConfig, small }, ...(await Promise.all(parts)));
}

/** Starts empty services once for all tests that need them, where the progress of a first download is visible. */
export default async function setUp() {
  // Neo4j is started many times and runs briefly, so thorough compilation costs more than it saves.
  const own = process.env.JAVA_TOOL_OPTIONS === undefined;
  process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';
  // Tests empty a graph and fill it repeatedly. Each time, Neo4j would consider its statistics stale and plan the same
  // queries again: that was two thirds of its work.
  process.env.TRUYVET_NEO4J_SETTINGS = 'dbms.cypher.min_replan_interval=1h';
  const services = await load();
  mkdirSync(users, { recursive: true });
  writeFileSync(join(users, String(process.pid)), services.identityOf(process.pid));
  const say = (line) => process.stderr.write(`${line}\n`);
  try {
    if (isAlone(services) && !kept) await empty(services);
    const up = (only) => services.servicesUp({ config: services.config, only, install: true, say });
    // On a machine without Java, this installs it first.
    if ((await services.findJava(services.ltsRelease)).java === undefined) await up(['neo4j']);
    const archive = own && isAlone(services) ? await archived(services, say) : undefined;
    await up(['event-log', 'redis']);
    await archive?.written;
    if (archive && existsSync(archive.file)) {
      process.env.JAVA_TOOL_OPTIONS += ` -Xlog:cds*=off -XX:SharedArchiveFile=${archive.file}`;
    }
  } catch (error) {
    throw error.fix ? new Error(`${error.message}\n${error.fix}`) : error;
  }
}

/** Without the archive the tests are the same, but slower. */
async function archived(services, say) {
  const { readConfig, small, servicesUp } = services;
  const start = async (folder) => {
    const config = readConfig({ TRUYVET_DATA: folder, TRUYVET_DOCKER: 'no', ...small });
    return { config, urls: await servicesUp({ config, only: ['neo4j'], install: true, say }) };
  };
  try {
    return await archiveOfNeo4j(services, { dataDir, options: process.env.JAVA_TOOL_OPTIONS, start });
  } catch (error) {
    say(`Each Neo4j of the tests starts more slowly: ${error.message}`);
    return undefined;
  }
}

/** Stops them, unless another run of the tests still uses them; data and logs are kept for inspection. */
export async function tearDown() {
  const services = await load();
  rmSync(join(users, String(process.pid)), { force: true });
  if (isAlone(services) && !kept) await allDown(services);
}

/** Stops the shared services, and the Neo4j of each Jest worker. */
async function allDown({ config, readConfig, servicesDown }) {
  const configs = graphsOf().map((name) => readConfig({ TRUYVET_DATA: join(dataDir, name) }));
  await Promise.all([config, ...configs].map((each) => servicesDown({ config: each })));
}

const graphsOf = () => readdirSync(dataDir).filter((name) => name.startsWith('graph-'));

/** Whether no other run of the tests uses the same services. */
function isAlone({ identityOf }) {
  const others = readdirSync(users).filter((pid) => pid !== String(process.pid));
  return !others.some((pid) => identityOf(Number(pid)) === identityIn(join(users, pid)));
}

/** Another run may be removing its file at this moment. */
function identityIn(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : 'gone';
}

/** Removes what an earlier run left, unless another run has just started the services. */
async function empty(services) {
  const { withLock, lockFile, readState } = services;
  await allDown(services);
  const onWait = () => undefined;
  await withLock(lockFile(dataDir), onWait, async () => {
    if (Object.values(readState(dataDir)).some(({ run }) => run)) return;
    for (const name of ['event-log', 'neo4j', 'redis', 'logs', 'services.json']) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    }
    for (const name of graphsOf()) rmSync(join(dataDir, name), { recursive: true, force: true });
  });
}
