import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { configuration, neo4jSettings } from '../src/neo4j.js';
import { ensureJars, isComplete, jarFolder, pinnedDigests, Progress } from '../src/neo4j-jars.js';
import { calendarRelease, isEarlier, ltsRelease, neo4jVersions } from '../src/neo4j-release.js';
import { markStore, releaseFor, versionOfStore } from '../src/neo4j-store.js';
import { readState, writeState } from '../src/state.js';
import { servicesUp } from '../src/index.js';
import { identityOf } from '../src/processes.js';
import { configOf } from './config.js';

const gigabyte = 2 ** 30;

describe('the settings of Neo4j', () => {
  it.each([
    [2, '512m', '256m'],
    [4, '1g', '512m'],
    [7, '1g', '512m'],
    [8, '1g', '1g'],
    [15.6, '2g', '2g'],
    [64, '2g', '2g'],
  ])('give it memory that suits a machine of %d GB', (gigabytes, heap, pagecache) => {
    expect(neo4jSettings(configOf('/data'), ltsRelease, gigabytes * gigabyte)).toMatchObject({ heap, pagecache });
  });

  it('give it the memory that was requested', () => {
    const config = configOf('/data', { neo4jHeap: '4g', neo4jPagecache: '700m' });
    expect(neo4jSettings(config, ltsRelease, 8 * gigabyte)).toMatchObject({ heap: '4g', pagecache: '700m', more: {} });
  });

  it('that were requested override those of the program, except for its address', () => {
    const neo4jMore = {
      'db.checkpoint.interval.time': '5m',
      'db.lock.acquisition.timeout': '2m',
      'server.bolt.listen_address': '0.0.0.0:7687',
    };
    const neo4j = neo4jSettings(configOf('/data', { neo4jMore }), ltsRelease, 8 * gigabyte);
    const lines = configuration(7_777, neo4j).trim().split('\n');
    expect(lines).toEqual(expect.arrayContaining(['db.checkpoint.interval.time=5m', 'db.lock.acquisition.timeout=2m']));
    expect(lines.filter((line) => line.includes('listen_address'))).toEqual([
      'server.bolt.listen_address=127.0.0.1:7777',
      'server.default_listen_address=127.0.0.1',
    ]);
  });
});

describe('the version of Neo4j', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'truyvet-version-'));
  });

  afterEach(() => rmSync(dataDir, { recursive: true }));

  /** A graph on which this version has run. */
  function graphOf(version: string): void {
    mkdirSync(join(dataDir, 'neo4j', 'data', 'databases'), { recursive: true });
    markStore(dataDir, version);
  }

  it('is the one with long-term support for a new graph, and for one of an earlier version of this program', () => {
    expect(releaseFor(dataDir, undefined)).toBe(ltsRelease);
    mkdirSync(join(dataDir, 'neo4j', 'data', 'databases'), { recursive: true });
    expect(versionOfStore(dataDir)).toBe('5.26.31');
    expect(releaseFor(dataDir, undefined)).toBe(ltsRelease);
  });

  it('is the requested one, also for a graph of an earlier version', () => {
    expect(releaseFor(dataDir, calendarRelease.version)).toBe(calendarRelease);
    graphOf(ltsRelease.version);
    expect(releaseFor(dataDir, calendarRelease.version)).toBe(calendarRelease);
  });

  it('stays of the kind that last ran on the graph, without another request', () => {
    graphOf('2025.01.0');
    expect(releaseFor(dataDir, undefined)).toBe(calendarRelease);
    graphOf('5.26.99');
    expect(releaseFor(dataDir, undefined)).toBe(ltsRelease);
  });

  it('is refused if a later one has written the graph, with the way back', () => {
    graphOf(calendarRelease.version);
    const way = {
      fix: expect.stringMatching(/services down, remove .*\/neo4j, .*up --neo4j 5\.26\.31.*event log/) as unknown,
    };
    expect(() => releaseFor(dataDir, ltsRelease.version)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('cannot read the graph') as unknown, ...way }),
    );
    graphOf('2099.01.0');
    expect(() => releaseFor(dataDir, undefined)).toThrow('which Neo4j 2099.01.0 has written');
    rmSync(join(dataDir, 'neo4j'), { recursive: true });
    expect(releaseFor(dataDir, ltsRelease.version)).toBe(ltsRelease);
  });

  it('is refused if its jars are not pinned, with the versions that are', () => {
    expect(() => releaseFor(dataDir, '2026.01.3')).toThrow(`the versions are ${neo4jVersions.join(' and ')}`);
  });

  it('does not change while another one runs', async () => {
    graphOf(ltsRelease.version);
    const run = { pid: process.pid, identity: identityOf(process.pid) as string };
    writeState(dataDir, { neo4j: { port: 20_001, password: 'secret', via: 'process', run } });
    const config = configOf(dataDir, { neo4jVersion: calendarRelease.version });
    const up = servicesUp({ config, only: ['neo4j'] });
    await expect(up).rejects.toThrow('Neo4j 5.26.31 is running, not 2026.08.1.');
    await expect(up).rejects.toMatchObject({ fix: 'Stop it first: npx truyvet services down' });
    expect(readState(dataDir).neo4j?.run).toEqual(run);
  });

  it.each([
    ['5.26.31', '2026.08.1', true],
    ['2026.08.1', '2026.08.1', false],
    ['2026.08.1', '2026.10.0', true],
    ['2026.08.10', '2026.08.9', false],
    ['2026.08', '2026.08.1', true],
  ])('%s before %s: %s', (one, other, earlier) => expect(isEarlier(one, other)).toBe(earlier));

  it('decides on the settings: no release gets one that it does not know', () => {
    const [lts, calendar] = [ltsRelease, calendarRelease].map((release) =>
      configuration(7_777, neo4jSettings(configOf('/data'), release)),
    );
    expect(lts).not.toMatch(/fleet|_duration/);
    expect(calendar).toMatch(/^server\.fleet_discovery\.enabled=false\n(.*\n)*dbms\.fleet_manager\.enabled=false$/m);
  });
});

describe("the download of Neo4j's jars", () => {
  const java = { command: '/usr/bin/java', home: '/java/home', major: 17 };
  const { version: neo4jVersion } = ltsRelease;
  const before = process.env.XDG_CACHE_HOME;
  let cache: string;
  let said: string[];
  const say = (line: string) => said.push(line);

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'truyvet-cache-'));
    process.env.XDG_CACHE_HOME = cache;
    said = [];
  });

  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(cache, { recursive: true });
  });

  /** A fake Maven that records each call and then runs the script with the folder $OUT. */
  function maven(what: string): string {
    const path = join(cache, 'mvn');
    const out = 'for a in "$@"; do case "$a" in -DoutputDirectory=*) OUT="${a#-DoutputDirectory=}";; esac; done';
    writeFileSync(path, `#!/bin/sh\necho "$JAVA_HOME" >> ${cache}/calls\n${out}\n${what}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  const essential = `echo a > "$OUT/neo4j-${neo4jVersion}.jar"; echo bb > "$OUT/neo4j-server-${neo4jVersion}.jar"`;
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const pinned = new Map([
    [`neo4j-${neo4jVersion}.jar`, digest('a\n')],
    [`neo4j-server-${neo4jVersion}.jar`, digest('bb\n')],
  ]);
  const fetched = (mvn: string | undefined) => ensureJars(ltsRelease, { java, mvn, say }, pinned);
  const calls = () => readFileSync(join(cache, 'calls'), 'utf8').trimEnd().split('\n');

  it('goes to the cache of the user, or where XDG_CACHE_HOME says', () => {
    expect(jarFolder(neo4jVersion, { XDG_CACHE_HOME: '/c' })).toBe(`/c/truyvet/neo4j-${neo4jVersion}`);
    expect(jarFolder(neo4jVersion, {})).toMatch(/\/\.cache\/truyvet\/neo4j-/);
  });

  it('happens once, with the Java that was found', async () => {
    const folder = await fetched(maven(essential));
    expect(isComplete(folder, pinned)).toBe(true);
    expect(calls()).toEqual(['/java/home']);
    said = [];
    expect(await fetched(undefined)).toBe(folder);
    expect(said).toEqual([]);
  });

  it('happens once if two ask at the same time', async () => {
    const mvn = maven(`test ! -e ${cache}/first || exit 9; touch ${cache}/first; ${essential}`);
    const [one, two] = await Promise.all([fetched(mvn), fetched(mvn)]);
    expect(one).toBe(two);
    expect(said).toContain('Neo4j: another process is downloading it, waiting');
  });

  it('shows its progress, but not with every jar', () => {
    let now = 0;
    const progress = new Progress(125, say, () => now);
    const line = '[INFO] Downloaded from central: https://host/a-1.jar (516 kB at 2.1 MB/s)';
    progress.see(line);
    progress.see('[INFO] Downloaded from central: https://host/a-1.pom (5.1 kB at 2.1 MB/s)');
    expect(said).toEqual([]);
    now = 2_000;
    progress.see(line);
    progress.see(line);
    expect(said).toEqual(['Neo4j: 1 of about 125 MB (2 jars)']);
  });

  it("fails with Maven's message and leaves nothing behind that could be mistaken for a download", async () => {
    const mvn = maven(`${essential}; echo "[ERROR] Could not transfer artifact"; exit 1`);
    await expect(fetched(mvn)).rejects.toThrow(/Maven ended with 1.*\n.*Could not transfer artifact/);
    expect(isComplete(jarFolder(neo4jVersion), pinned)).toBe(false);
    expect(readdirSync(dirname(jarFolder(neo4jVersion)))).toEqual([]);
  });

  it('fails if Maven succeeds but jars are missing', async () => {
    await expect(fetched(maven('true'))).rejects.toThrow(/not the pinned ones: neo4j-/);
  });

  it('runs nothing that differs from what was pinned, even with the same size, nor an additional jar', async () => {
    const other = `${essential}; echo cc > "$OUT/neo4j-server-${neo4jVersion}.jar"`;
    await expect(fetched(maven(other))).rejects.toThrow(`not the pinned ones: neo4j-server-${neo4jVersion}.jar`);
    await expect(fetched(maven(`${essential}; echo d > "$OUT/d.jar"`))).rejects.toThrow('d.jar');
    expect(isComplete(jarFolder(neo4jVersion), pinned)).toBe(false);
  });

  it.each([
    [ltsRelease.version, 213],
    [calendarRelease.version, 225],
  ])('of %s contains %d jars, each with a SHA-256 digest', (version, jars) => {
    const digests = pinnedDigests(version);
    expect(digests.size).toBe(jars);
    for (const [jar, each] of digests) expect(`${jar} ${each}`).toMatch(/^\S+\.jar [0-9a-f]{64}$/);
  });

  it('is repeated if a jar has been truncated or removed since, and removes what a killed one left', async () => {
    const folder = await fetched(maven(essential));
    truncateSync(join(folder, `neo4j-server-${neo4jVersion}.jar`), 1);
    mkdirSync(`${folder}.tmp-dead/jars`, { recursive: true });
    expect(isComplete(folder, pinned)).toBe(false);
    await fetched(maven(essential));
    expect(isComplete(folder, pinned)).toBe(true);
    expect(readdirSync(dirname(folder))).toEqual([`neo4j-${neo4jVersion}`]);
    rmSync(join(folder, `neo4j-${neo4jVersion}.jar`));
    expect(isComplete(folder, pinned)).toBe(false);
  });
});
