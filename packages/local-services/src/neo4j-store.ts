import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './data-folder.js';
import {
  calendarRelease,
  isCalendar,
  isEarlier,
  ltsRelease,
  neo4jVersions,
  releaseOf,
  type Neo4jRelease,
} from './neo4j-release.js';
import { ServicesError } from './services-error.js';

const markOf = (dataDir: string) => join(dataDir, 'neo4j', 'version');

/** The version of Neo4j that last ran on the graph of this data folder; undefined when there is no graph. */
export function versionOfStore(dataDir: string): string | undefined {
  if (!existsSync(join(dataDir, 'neo4j', 'data', 'databases'))) return undefined;
  // Without the file, an earlier version of this program has made the graph.
  return existsSync(markOf(dataDir)) ? readFileSync(markOf(dataDir), 'utf8').trim() : ltsRelease.version;
}

/** Records which version runs on the graph of this data folder from now on. */
export function markStore(dataDir: string, version: string): void {
  makeFolder(join(dataDir, 'neo4j'));
  writeFileSync(markOf(dataDir), `${version}\n`, { flush: true });
}

/**
 * The release to start: the one that is asked for, or else one of the kind that last ran on the graph, so that one
 * request is enough.
 * @throws ServicesError when it is not known here, or came before the one that last ran: Neo4j reads no graph of a later
 * version, and does not say so.
 */
export function releaseFor(dataDir: string, asked: string | undefined): Neo4jRelease {
  const last = versionOfStore(dataDir);
  const usual = last !== undefined && isCalendar(last) ? calendarRelease : ltsRelease;
  const release = asked === undefined ? usual : releaseOf(asked);
  if (!release) {
    throw new ServicesError(
      'start-failed',
      `Neo4j ${asked} cannot be started here: the versions are ${neo4jVersions.join(' and ')}.`,
      'Choose one of them, or start that version elsewhere and set NEO4J_URL to it.',
    );
  }
  // Releases with long-term support read one another's graphs.
  if (last !== undefined && isCalendar(last) && isEarlier(release.version, last)) {
    throw new ServicesError(
      'start-failed',
      `Neo4j ${release.version} cannot read the graph in ${dataDir}/neo4j, which Neo4j ${last} has written: ` +
        'it reads no graph of a later version.',
      `To go back: npx truyvet services down, remove ${dataDir}/neo4j, then npx truyvet services up --neo4j ` +
        `${release.version}. Nothing is lost: the graph is rebuilt from the event log.`,
    );
  }
  return release;
}
