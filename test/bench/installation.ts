import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/platform/config.js';
import { type ServiceName, servicesDown, servicesStatus, servicesUp, type ServiceUrls } from '@truyvet/local-services';

export interface Installation {
  dataDir: string;
  urls: ServiceUrls;
  pidOf(name: ServiceName): Promise<number>;
}

/** Runs work on new, empty services with the sizes of an installation, and removes them afterwards. */
export async function withServices<T>(
  only: readonly ServiceName[],
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-bench-'));
  const { TRUYVET_DOCKER, TRUYVET_NEO4J_HEAP, TRUYVET_NEO4J_PAGECACHE } = process.env;
  const config = readConfig({
    TRUYVET_DATA: dataDir,
    TRUYVET_DOCKER,
    TRUYVET_NEO4J_HEAP,
    TRUYVET_NEO4J_PAGECACHE,
  });
  const pidOf = async (name: ServiceName) => {
    const [status] = await servicesStatus({ config, only: [name] });
    if (status?.pid === undefined) throw new Error(`${name} is not running`);
    return status.pid;
  };
  try {
    return await work({ dataDir, urls: await servicesUp({ config, only }), pidOf });
  } finally {
    await servicesDown({ config });
    rmSync(dataDir, { recursive: true, force: true });
  }
}
