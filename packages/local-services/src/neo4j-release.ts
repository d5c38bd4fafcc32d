/** A release of Neo4j whose jars are pinned in `checksums/`, and what its start needs. */
export interface Neo4jRelease {
  version: string;
  /** Millions of bytes of its jars, only for progress messages. */
  megabytes: number;
  mainClass: string;
  /** Whether it runs on this major version of Java. */
  runsOn(java: number): boolean;
  /** The versions of Java that it runs on, in words. */
  java: string;
  /** The tool to install where no such Java is found. */
  javaTool: 'java' | 'java-21';
  /** Arguments of Java that this release needs in addition. */
  arguments: readonly string[];
  /** Settings that other releases do not have and would refuse. */
  settings: Readonly<Record<string, string>>;
  /** Such settings for a process, not for a container. */
  processSettings: Readonly<Record<string, string>>;
}

/** Releases with long-term support. */
export const ltsRelease: Neo4jRelease = {
  version: '5.26.31',
  megabytes: 125,
  mainClass: 'org.neo4j.server.CommunityEntryPoint',
  runsOn: (java) => java === 17 || java === 21,
  java: '17 or 21',
  javaTool: 'java',
  arguments: [],
  settings: {},
  // Otherwise two thread pools would each wait five seconds at a stop for work that nobody sends any more.
  processSettings: { 'internal.dbms.bolt.netty_server_shutdown_quiet_period': '0' },
};

/** Releases that are named by year and month, each of which is supported until the next. */
export const calendarRelease: Neo4jRelease = {
  version: '2026.08.1',
  megabytes: 158,
  mainClass: 'org.neo4j.server.Neo4jCommunity',
  runsOn: (java) => java >= 21,
  java: '21 or later',
  javaTool: 'java-21',
  arguments: ['--enable-native-access=ALL-UNNAMED'],
  settings: {
    // By default it broadcasts its presence to the networks of the machine, and offers to be watched from a cloud.
    'server.fleet_discovery.enabled': 'false',
    'dbms.fleet_manager.enabled': 'false',
  },
  processSettings: { 'internal.dbms.bolt.netty_server_shutdown_quiet_period_duration': '0s' },
};

const releases = [ltsRelease, calendarRelease] as const;

/** The versions of Neo4j that can be started here; the first is the default. */
export const neo4jVersions = releases.map(({ version }) => version);

/** @returns undefined for a version that is not among `neo4jVersions`. */
export function releaseOf(version: string): Neo4jRelease | undefined {
  return releases.find((each) => each.version === version);
}

/** Whether a version belongs to the calendar releases, which began in 2025. */
export function isCalendar(version: string): boolean {
  return (numbersOf(version)[0] ?? 0) >= 2025;
}

/** Whether the first version came before the second. */
export function isEarlier(one: string, other: string): boolean {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = [0, 1, 2].find((i) => left[i] !== right[i]);
  return at !== undefined && (left[at] ?? 0) < (right[at] ?? 0);
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
