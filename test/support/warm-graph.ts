import { join, resolve } from 'node:path';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { readConfig } from '../../src/platform/config.js';
import { servicesUp, type ServiceUrls } from '@truyvet/local-services';
import { withLock } from '@truyvet/local-services/machine';
import { testEnvironment } from './environment.js';

export interface WarmGraph {
  neo4j: ServiceUrls['neo4j'];
  /** The environment with which a process uses it. */
  env: { NEO4J_URL: string; NEO4J_PASSWORD: string };
  release(): Promise<void>;
}

/**
 * An empty Neo4j that has run for other tests before: one that has just started takes half a minute of work to plan its
 * first queries. Each Jest worker has its own, which the teardown of all tests stops; tests that kill a Neo4j, or watch
 * one start, use another.
 */
export async function warmGraph(): Promise<WarmGraph> {
  const folder = join(resolve('.truyvet-test'), `graph-${process.env['JEST_WORKER_ID'] ?? '1'}`);
  const config = readConfig(testEnvironment({ TRUYVET_DATA: folder, TRUYVET_NEO4J_PAGECACHE: '256m' }));
  const release = await lease(join(folder, 'lease'));
  try {
    const { neo4j } = await servicesUp({ config, only: ['neo4j'], install: true });
    await empty(neo4j);
    return { neo4j, env: { NEO4J_URL: neo4j.url, NEO4J_PASSWORD: neo4j.password }, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Waits for another run of the tests in this folder. */
function lease(path: string): Promise<() => Promise<void>> {
  return new Promise((leased, failed) => {
    const held = withLock(
      path,
      () => undefined,
      () => {
        return new Promise<void>((end) => {
          leased(async () => {
            end();
            await held;
          });
        });
      },
    );
    held.catch(failed);
  });
}

/** Keeps the schema and the plans. Work of a killed process goes away when the server notices. */
async function empty(neo4j: ServiceUrls['neo4j']): Promise<void> {
  const driver = connectGraph(neo4j);
  const session = driver.session();
  try {
    await session.run('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS');
  } finally {
    await session.close();
    await driver.close();
  }
}
