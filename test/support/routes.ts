import type { Route } from '../../src/delivery/routes.js';

/** A provider without limits. */
export function routeOf(provider: Route['provider']): Route {
  return { name: provider.name, provider, perSecond: null, whenUncertain: 'at-most-once' };
}
