import type { ServicesConfig } from './config.js';
import type { ServiceName, ServicesOptions, ServiceStatus, ServiceUrls } from './types.js';

export type { EventLogPlace, ServicesConfig } from './config.js';
export { checkDataFolder, makeFolder } from './data-folder.js';
export type { Launch } from './processes.js';
export { neo4jVersions } from './neo4j-release.js';
export { ServicesError, type ServicesErrorCode } from './services-error.js';
export { serviceNames, titles, variables } from './types.js';
export type { ServiceName, ServicesOptions, ServiceStatus, ServiceUrls } from './types.js';
export { addressOf, NotRunning, serviceUrls } from './urls.js';

/**
 * Starts the services that are not running and not given by URL, and returns when all services answer. It may be
 * called again, or twice at once, without effect.
 * @throws ServicesError naming what is missing, or with the end of the log of a service that did not start.
 */
export async function servicesUp(options: ServicesOptions): Promise<ServiceUrls> {
  return (await import('./up.js')).up(options);
}

/** Stops the services of this data folder that were started here, but not services given by URL. */
export async function servicesDown(options: ServicesOptions): Promise<void> {
  return (await import('./down.js')).down(options);
}

/** The status of each service: running, stopped, given by URL or unreachable. Asks each service for an answer. */
export async function servicesStatus(options: ServicesOptions): Promise<ServiceStatus[]> {
  return (await import('./status.js')).status(options);
}

/** Services of this folder that should be running and have died. */
export async function diedServices(config: ServicesConfig): Promise<ServiceName[]> {
  return (await import('./died.js')).diedServices(config);
}
