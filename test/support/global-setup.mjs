import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const dataDir = resolve('.truyvet-test');
const users = join(dataDir, 'users');

async function load() {
  const { readConfig } = await import('../../dist/src/platform/config.js');
  const services = await import('../../dist/src/platform/services/index.js');
  const processes = await import('../../dist/src/platform/services/processes.js');
  return { ...services, ...processes, config: readConfig({ ...process.env, TRUYVET_DATA: dataDir }) };
}

/** Starts the services once for all tests that need them, where a first download can be watched. */
export default async function setUp() {
  process.env.TRUYVET_NEO4J_HEAP ??= '512m';
  process.env.TRUYVET_NEO4J_PAGECACHE ??= '256m';
  const { servicesUp, identityOf, config } = await load();
  mkdirSync(users, { recursive: true });
  writeFileSync(join(users, String(process.pid)), identityOf(process.pid));
  const say = (line) => process.stderr.write(`${line}\n`);
  try {
    await servicesUp({ config, install: Boolean(process.env.CI), say });
  } catch (error) {
    throw error.fix ? new Error(`${error.message}\n${error.fix}`) : error;
  }
}

/** Another run may be removing its own file just now. */
function identityIn(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : 'gone';
}

/** Stops them, unless another run of the tests is still at them. */
export async function tearDown() {
  const { servicesDown, identityOf, config } = await load();
  rmSync(join(users, String(process.pid)), { force: true });
  const others = readdirSync(users).filter((pid) => identityOf(Number(pid)) === identityIn(join(users, pid)));
  if (others.length > 0 || process.env.TRUYVET_KEEP_TEST_SERVICES) return;
  rmSync(users, { recursive: true, force: true });
  await servicesDown({ config });
}
