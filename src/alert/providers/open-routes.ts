import type { Config } from '../../platform/config.js';
import type { Route } from '../../delivery/routes.js';
import { openProvider } from './open-provider.js';
import { readProviders } from './settings.js';

/**
 * The providers of an installation, opened, in order of preference.
 * @throws UserError naming every wrong field of the file, or a secret that is not set.
 */
export function openRoutes(
  { dataDir, providers, now }: Pick<Config, 'dataDir' | 'providers' | 'now'>,
  env: NodeJS.ProcessEnv,
): [Route, ...Route[]] {
  const routes = readProviders(providers).map((settings): Route => {
    const { name, type, perSecond = null, whenUncertain } = settings;
    const provider = openProvider(settings, { dataDir, env, now });
    return { name, provider, perSecond, whenUncertain, file: type === 'outbox' };
  });
  // A list of none is refused.
  return routes as [Route, ...Route[]];
}
