import type { ServicesConfig } from './config.js';
import type { Tool } from './install.js';
import type { Neo4jRelease } from './neo4j-release.js';
import type { Launch } from './processes.js';
import type { ServiceName } from './types.js';

export interface Neo4jSettings {
  release: Neo4jRelease;
  /** Sizes in Java's and Neo4j's notation: 512m, 2g. */
  heap: string;
  pagecache: string;
  /** Settings by Neo4j's own names. They override the settings of this program. */
  more: Readonly<Record<string, string>>;
}

export interface Preparation {
  /** Absolute path of the installation's data folder. */
  dataDir: string;
  port: number;
  password: string;
  neo4j: Neo4jSettings;
  startEventLog: ServicesConfig['startEventLog'];
  say: (line: string) => void;
}

/** How a service runs as a process on this machine. */
export interface LocalService {
  name: ServiceName;
  hasPassword: boolean;
  /** Milliseconds that a start may take while the process lives, because a large store is recovered first. */
  startMs: number;
  /** Milliseconds that it may take to stop before it is killed. */
  graceMs: number;
  /** Path of a log that the service writes itself, beside what it prints. */
  ownLog?(dataDir: string): string;
  /**
   * What a start needs that this machine does not have, and why.
   * @throws ServicesError when an installed tool is unsuitable and installing would not change that.
   */
  missing(neo4j: Neo4jSettings): Promise<{ tool: Tool; why: string }[]>;
  /** Writes the configuration and answers how to start the service. */
  prepare(preparation: Preparation): Promise<Launch>;
}
