import type { ServicesConfig } from './config.js';

export const serviceNames = ['event-log', 'neo4j', 'redis'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceUrls {
  /** Those of the environment's, which are none of ours to start. */
  given?: readonly ServiceName[];
  /** Connection string of `@eventstore/db-client`. */
  eventStoreUrl: string;
  neo4j: { url: string; user: string; password: string };
  /** With the password in it, as `ioredis` takes it. */
  redisUrl: string;
}

export interface ServicesOptions {
  config: ServicesConfig;
  /** Install what is missing (as root on Debian or Ubuntu); otherwise it is only named. */
  install?: boolean;
  /** Takes one line of progress at a time. */
  say?: (line: string) => void;
  /** Gives up a start; what is started by then stays, to be stopped as usual. */
  stop?: AbortSignal;
  /** The services meant; all of them when absent. */
  only?: readonly ServiceName[];
}

export interface ServiceStatus {
  name: ServiceName;
  /**
   * running: ours, and it answers; stopped: ours, and not there; given: by URL, and it answers;
   * unreachable: there or given, but it does not answer.
   */
  state: 'running' | 'stopped' | 'given' | 'unreachable';
  via: 'process' | 'docker' | 'url';
  /** URL without credentials; undefined for a service that was never started. */
  address: string | undefined;
  version: string | undefined;
  pid: number | undefined;
  /** Resident memory. */
  memoryBytes: number | undefined;
  /** Absolute path of the log, for services that are ours. */
  log: string | undefined;
  /** Why it is unreachable. */
  problem: string | undefined;
}

/** By which each is given. */
export const variables: Record<ServiceName, string> = {
  'event-log': 'EVENTSTORE_URL',
  neo4j: 'NEO4J_URL',
  redis: 'REDIS_URL',
};
export const titles: Record<ServiceName, string> = { 'event-log': 'Event log', neo4j: 'Neo4j', redis: 'Redis' };
