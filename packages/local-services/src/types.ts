import type { ServicesConfig } from './config.js';

export const serviceNames = ['event-log', 'neo4j', 'redis'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceUrls {
  /** Services given by URL in the environment, which this package does not start. */
  given?: readonly ServiceName[];
  /** Connection string of `@eventstore/db-client`. */
  eventStoreUrl: string;
  neo4j: { url: string; user: string; password: string };
  /** With the password, in the form that `ioredis` takes. */
  redisUrl: string;
}

export interface ServicesOptions {
  config: ServicesConfig;
  /** Install missing tools (as root on Debian or Ubuntu). Otherwise the error only names them. */
  install?: boolean;
  /** Called with one line of progress at a time. */
  say?: (line: string) => void;
  /** Aborts a start. Services that are already started stay, and can be stopped as usual. */
  stop?: AbortSignal;
  /** The services to manage; all by default. */
  only?: readonly ServiceName[];
}

export interface ServiceStatus {
  name: ServiceName;
  /**
   * running: ours, and it answers; stopped: ours, and not there; given: by URL, and it answers; unreachable: there or
   * given, but it does not answer.
   */
  state: 'running' | 'stopped' | 'given' | 'unreachable';
  via: 'process' | 'docker' | 'url';
  /** URL without credentials; undefined for a service that was never started. */
  address: string | undefined;
  version: string | undefined;
  pid: number | undefined;
  /** Resident memory in bytes. */
  memoryBytes: number | undefined;
  /** Absolute path of the log, for our own services. */
  log: string | undefined;
  /** Why it is unreachable. */
  problem: string | undefined;
}

/** The environment variable that gives each service by URL. */
export const variables: Record<ServiceName, string> = {
  'event-log': 'EVENTSTORE_URL',
  neo4j: 'NEO4J_URL',
  redis: 'REDIS_URL',
};
export const titles: Record<ServiceName, string> = { 'event-log': 'Event log', neo4j: 'Neo4j', redis: 'Redis' };
