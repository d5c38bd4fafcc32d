import type { Config } from '../platform/config.js';
import type { Route } from './routes.js';
import { openProvider } from '@truyvet/message-gateway/open';
import { readProviders } from '@truyvet/message-gateway';

/**
 * Opens the providers of an installation, in order of preference.
 * @throws UserError naming every wrong field of the file, or a secret that is not set.
 */
export function openRoutes(
  { dataDir, providers, now, keepSecret }: Pick<Config, 'dataDir' | 'providers' | 'now' | 'keepSecret'>,
  env: NodeJS.ProcessEnv,
): [Route, ...Route[]] {
  const routes = readProviders(providers).map((settings): Route => {
    const { name, type, perSecond = null, whenUncertain } = settings;
    const provider = openProvider(settings, { dataDir, env, now, keepSecret });
    return { name, provider, perSecond, whenUncertain, file: type === 'outbox' };
  });
  // An empty list is refused.
  return routes as [Route, ...Route[]];
}
