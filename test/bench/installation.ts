import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/platform/config.js';
import { type ServiceName, servicesDown, servicesStatus, servicesUp, type ServiceUrls } from '@truyvet/local-services';

export interface Installation {
  dataDir: string;
  urls: ServiceUrls;
  pidOf(name: ServiceName): Promise<number>;
  /** Stops the services and starts them again on the same data. @returns where they are now. */
  restart(): Promise<ServiceUrls>;
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
  const restart = async () => {
    await servicesDown({ config });
    return servicesUp({ config, only });
  };
  try {
    return await work({ dataDir, urls: await servicesUp({ config, only }), pidOf, restart });
  } finally {
    await servicesDown({ config });
    rmSync(dataDir, { recursive: true, force: true });
  }
}
