import { ServicesError } from './services-error.js';
import type { ServicesConfig } from './config.js';
import { accessFolderOf, logFolderOf, logUrl } from '@truyvet/event-log-node';
import { isAlive } from './processes.js';
import { readState, type ServiceRecord, type ServicesState } from './state.js';
import { serviceNames, titles, type ServiceName, type ServiceUrls } from './types.js';

/** Whether a service is given by URL in the environment, so that this package does not start it. */
export function isGiven(config: Given, name: ServiceName): boolean {
  return { 'event-log': config.eventStoreUrl, neo4j: config.neo4jUrl, redis: config.redisUrl }[name] !== undefined;
}

export function isUp({ run }: ServiceRecord): boolean {
  if (!run) return false;
  // Only the Docker engine knows whether a container runs, and its client is too slow to ask for every command.
  return 'container' in run || isAlive(run);
}

/**
 * URLs of services that are given or already up. Reads the configuration and the data folder's state, and starts
 * nothing.
 * @param only the services needed. The getter of another one throws when it is neither given nor known.
 * @throws ServicesError naming `npx truyvet services up` when a needed service is neither given nor up.
 */
export function serviceUrls(config: ServicesConfig, only: readonly ServiceName[] = serviceNames): ServiceUrls {
  const state = readState(config.dataDir);
  const down = only.filter((name) => !isGiven(config, name) && !(state[name] && isUp(state[name])));
  if (down.length > 0) throw notRunning(down, config);
  return urlsOf(config, state);
}

/** Services of this folder are needed, but down. */
export class NotRunning extends ServicesError {}

function notRunning(names: readonly ServiceName[], config: Given): NotRunning {
  const are = names.length > 1 ? 'are' : 'is';
  return new NotRunning(
    'not-running',
    `${names.map((name) => titles[name]).join(', ')} ${are} not running for ${config.dataDir}.`,
    'Start it: npx truyvet services up',
  );
}

type Given = Pick<
  ServicesConfig,
  'dataDir' | 'eventStoreUrl' | 'neo4jUrl' | 'neo4jUser' | 'neo4jPassword' | 'redisUrl' | 'keepSecret'
>;

/** URLs of our own services, even where the environment gives others. */
export function ownUrls(
  { dataDir, keepSecret }: Pick<Given, 'dataDir' | 'keepSecret'>,
  state: ServicesState,
): ServiceUrls {
  const none = { eventStoreUrl: undefined, neo4jUrl: undefined, neo4jPassword: undefined, redisUrl: undefined };
  return urlsOf({ dataDir, keepSecret, neo4jUser: 'neo4j', ...none }, state);
}

/** URLs of the known services. The getter of an unknown one throws. */
export function urlsOf(config: Given, state: ServicesState): ServiceUrls {
  const urls = {};
  Object.defineProperty(urls, 'given', { value: serviceNames.filter((name) => isGiven(config, name)) });
  for (const [name, key] of keys) {
    const get = () => urlOf(name, config, state[name]) ?? unknown(name, config);
    Object.defineProperty(urls, key, { get, enumerable: isGiven(config, name) || state[name] !== undefined });
  }
  return urls as ServiceUrls;
}

function unknown(name: ServiceName, config: Given): never {
  throw notRunning([name], config);
}

const keys: [ServiceName, keyof ServiceUrls][] = [
  ['event-log', 'eventStoreUrl'],
  ['neo4j', 'neo4j'],
  ['redis', 'redisUrl'],
];

function urlOf(name: ServiceName, config: Given, record: ServiceRecord | undefined) {
  const at = `127.0.0.1:${record?.port}`;
  switch (name) {
    case 'event-log':
      return config.eventStoreUrl ?? (record && urlOfLog(config, record));
    case 'neo4j':
      if (config.neo4jUrl)
        return { url: config.neo4jUrl, user: config.neo4jUser, password: config.neo4jPassword ?? '' };
      return record && { url: `bolt://${at}`, user: 'neo4j', password: record.password };
    case 'redis':
      return config.redisUrl ?? (record && `redis://:${record.password}@${at}/0`);
  }
}

/** Undefined until the first start of the log has created its users. */
function urlOfLog({ dataDir, keepSecret }: Given, { port, secured, run }: ServiceRecord): string | undefined {
  // Version 0.1.0 started this log, and it still runs; the next start ends it.
  if (run && !secured) return `esdb://127.0.0.1:${port}?tls=false`;
  return logUrl({ host: 'localhost', port }, accessFolderOf(logFolderOf(dataDir)), 'truyvet', keepSecret);
}

/** The URL of a service without credentials. */
export function addressOf(name: ServiceName, urls: ServiceUrls): string {
  const text = { 'event-log': () => urls.eventStoreUrl, neo4j: () => urls.neo4j.url, redis: () => urls.redisUrl }[
    name
  ]();
  return text.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/, '');
}

/** The URL of one of our own services, running or not. */
export function ownAddress(name: ServiceName, { port }: ServiceRecord): string {
  return {
    'event-log': `esdb://localhost:${port}`,
    neo4j: `bolt://127.0.0.1:${port}`,
    redis: `redis://127.0.0.1:${port}/0`,
  }[name];
}
