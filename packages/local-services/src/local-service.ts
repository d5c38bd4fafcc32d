import type { ServicesConfig } from './config.js';
import type { Tool } from './install.js';
import type { Launch } from './processes.js';
import type { ServiceName } from './types.js';

export interface Neo4jSettings {
  /** As Java and Neo4j write sizes: 512m, 2g. */
  heap: string;
  pagecache: string;
  /** By the names that Neo4j gives them; what is set here stands above what the program sets. */
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

/** How a service runs as a process of this machine. */
export interface LocalService {
  name: ServiceName;
  hasPassword: boolean;
  /** How long a start may take while the process lives: a large store is recovered first. */
  startMs: number;
  /** How long it may take to stop before it is made to. */
  graceMs: number;
  /** The log it writes itself, when what it prints is not all. */
  ownLog?(dataDir: string): string;
  /**
   * What a start needs that this machine does not have, and why.
   * @throws ServicesError when what it has does not do, and installing would not change that.
   */
  missing(): Promise<{ tool: Tool; why: string }[]>;
  /** Writes its configuration and says how to start it. */
  prepare(preparation: Preparation): Promise<Launch>;
}
