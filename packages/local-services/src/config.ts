import type { Launch } from './processes.js';

/** The installation whose services are meant, and what is asked of them. */
export interface ServicesConfig {
  /** Absolute path of the folder with all of its data. */
  dataDir: string;
  /** Services that are given are used as they are; others are started here. */
  eventStoreUrl: string | undefined;
  neo4jUrl: string | undefined;
  neo4jUser: string;
  neo4jPassword: string | undefined;
  redisUrl: string | undefined;
  /** Whether services may be started in Docker. */
  docker: boolean;
  /** Memory of a Neo4j that is started here, such as 2g; undefined is what suits the machine. */
  neo4jHeap: string | undefined;
  neo4jPagecache: string | undefined;
  /** More settings of it, as Neo4j names them. */
  neo4jMore: Readonly<Record<string, string>>;
  /**
   * How an embedded event log is started. Of this process' environment it is given what programs need to run, and what
   * `env` holds.
   * @throws an error with a `fix` when it cannot be, which is told as the package's own are.
   */
  startEventLog: (log: EventLogPlace) => Launch;
  /** Told of each password that is read, so that the caller shows it nowhere. */
  keepSecret: (password: string) => void;
}

export interface EventLogPlace {
  /** To listen on, on loopback. */
  port: number;
  /** Of the log's own files; made before the log is started. */
  folder: string;
  /** Of the installation. */
  dataDir: string;
}
