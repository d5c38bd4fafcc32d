import type { Launch } from './processes.js';

/** Which installation's services to manage, and how to run them. */
export interface ServicesConfig {
  /** Absolute path of the folder with all data of the installation. */
  dataDir: string;
  /** A service with a URL is used as it is; one without is started here. */
  eventStoreUrl: string | undefined;
  neo4jUrl: string | undefined;
  neo4jUser: string;
  neo4jPassword: string | undefined;
  redisUrl: string | undefined;
  /** Whether services may be started in Docker. */
  docker: boolean;
  /**
   * The version of a Neo4j that is started here, one of `neo4jVersions`. When undefined: one of the kind that last ran
   * on this folder's graph, at first the one with long-term support.
   */
  neo4jVersion: string | undefined;
  /** Memory of a Neo4j that is started here, such as 2g; undefined for a size that suits the machine. */
  neo4jHeap: string | undefined;
  neo4jPagecache: string | undefined;
  /** More settings of that Neo4j, by Neo4j's own names. */
  neo4jMore: Readonly<Record<string, string>>;
  /**
   * Says how to start an embedded event log. The log gets `env` and, from this process' environment, only the
   * variables that programs need to run.
   * @throws an error with a `fix` when the log cannot be started. It is reported like a ServicesError.
   */
  startEventLog: (log: EventLogPlace) => Launch;
  /** Called with each password that is read, so that the caller can keep it out of what it shows. */
  keepSecret: (password: string) => void;
}

export interface EventLogPlace {
  /** Port to listen on, on loopback. */
  port: number;
  /** Folder of the log's own files; created before the log is started. */
  folder: string;
  /** Data folder of the installation. */
  dataDir: string;
}
