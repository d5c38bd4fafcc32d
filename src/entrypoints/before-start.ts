import { once } from 'node:events';
import { createServer } from 'node:net';
import { openRoutes } from '../delivery/open-routes.js';
import type { Config } from '../platform/config.js';
import { checkDataFolder } from '@truyvet/local-services';
import { checkListening } from '../http/authentication.js';
import { listenError } from '../http/listening.js';
import { checkClock } from './check-clock.js';

/**
 * Finds in the first second what would otherwise fail only when the services are up, half a minute later: a data folder
 * that is not writable, a host without a key, providers that are wrong or lack a secret, a port that is in use.
 * @throws UserError
 */
export async function checkBeforeStart(config: Config, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  checkClock(config);
  checkListening(config);
  checkDataFolder(config.dataDir);
  for (const { provider } of openRoutes(config, env)) await provider.close();
  await checkPort(config);
}

async function checkPort({ host, port }: Config): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, host, port, 'TRUYVET_PORT');
  }
  await new Promise((resolve) => server.close(resolve));
}
