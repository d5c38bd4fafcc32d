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
import { ensureJars, isComplete, jarFolder, pinnedDigests, neo4jVersion, Progress } from '../src/neo4j-jars.js';
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
    expect(neo4jSettings(configOf('/data'), gigabytes * gigabyte)).toEqual({ heap, pagecache, more: {} });
  });

  it('give it the memory that was requested', () => {
    const config = configOf('/data', { neo4jHeap: '4g', neo4jPagecache: '700m' });
    expect(neo4jSettings(config, 8 * gigabyte)).toEqual({ heap: '4g', pagecache: '700m', more: {} });
  });

  it('that were requested override those of the program, except for its address', () => {
    const neo4jMore = {
      'db.checkpoint.interval.time': '5m',
      'db.lock.acquisition.timeout': '2m',
      'server.bolt.listen_address': '0.0.0.0:7687',
    };
    const neo4j = neo4jSettings(configOf('/data', { neo4jMore }), 8 * gigabyte);
    const lines = configuration(7_777, neo4j).trim().split('\n');
    expect(lines).toEqual(expect.arrayContaining(['db.checkpoint.interval.time=5m', 'db.lock.acquisition.timeout=2m']));
    expect(lines.filter((line) => line.includes('listen_address'))).toEqual([
      'server.bolt.listen_address=127.0.0.1:7777',
      'server.default_listen_address=127.0.0.1',
    ]);
  });
});

describe("the download of Neo4j's jars", () => {
  const java = { command: '/usr/bin/java', home: '/java/home', major: 17 };
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
  const calls = () => readFileSync(join(cache, 'calls'), 'utf8').trimEnd().split('\n');

  it('goes to the cache of the user, or where XDG_CACHE_HOME says', () => {
    expect(jarFolder({ XDG_CACHE_HOME: '/c' })).toBe(`/c/truyvet/neo4j-${neo4jVersion}`);
    expect(jarFolder({})).toMatch(/\/\.cache\/truyvet\/neo4j-/);
  });

  it('happens once, with the Java that was found', async () => {
    const folder = await ensureJars(java, maven(essential), say, pinned);
    expect(isComplete(folder, pinned)).toBe(true);
    expect(calls()).toEqual(['/java/home']);
    said = [];
    expect(await ensureJars(java, undefined, say, pinned)).toBe(folder);
    expect(said).toEqual([]);
  });

  it('happens once if two ask at the same time', async () => {
    const mvn = maven(`test ! -e ${cache}/first || exit 9; touch ${cache}/first; ${essential}`);
    const [one, two] = await Promise.all([ensureJars(java, mvn, say, pinned), ensureJars(java, mvn, say, pinned)]);
    expect(one).toBe(two);
    expect(said).toContain('Neo4j: another process is downloading it, waiting');
  });

  it('shows its progress, but not with every jar', () => {
    let now = 0;
    const progress = new Progress(say, () => now);
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
    await expect(ensureJars(java, mvn, say, pinned)).rejects.toThrow(
      /Maven ended with 1.*\n.*Could not transfer artifact/,
    );
    expect(isComplete(jarFolder(), pinned)).toBe(false);
    expect(readdirSync(dirname(jarFolder()))).toEqual([]);
  });

  it('fails if Maven succeeds but jars are missing', async () => {
    await expect(ensureJars(java, maven('true'), say, pinned)).rejects.toThrow(/not the pinned ones: neo4j-/);
  });

  it('runs nothing that differs from what was pinned, even with the same size, nor an additional jar', async () => {
    const other = `${essential}; echo cc > "$OUT/neo4j-server-${neo4jVersion}.jar"`;
    await expect(ensureJars(java, maven(other), say, pinned)).rejects.toThrow(
      `not the pinned ones: neo4j-server-${neo4jVersion}.jar`,
    );
    await expect(ensureJars(java, maven(`${essential}; echo d > "$OUT/d.jar"`), say, pinned)).rejects.toThrow('d.jar');
    expect(isComplete(jarFolder(), pinned)).toBe(false);
  });

  it('contains 213 jars, each with a SHA-256 digest', () => {
    expect(pinnedDigests().size).toBe(213);
    for (const [jar, each] of pinnedDigests()) expect(`${jar} ${each}`).toMatch(/^\S+\.jar [0-9a-f]{64}$/);
  });

  it('is repeated if a jar has been truncated or removed since, and removes what a killed one left', async () => {
    const folder = await ensureJars(java, maven(essential), say, pinned);
    truncateSync(join(folder, `neo4j-server-${neo4jVersion}.jar`), 1);
    mkdirSync(`${folder}.tmp-dead/jars`, { recursive: true });
    expect(isComplete(folder, pinned)).toBe(false);
    await ensureJars(java, maven(essential), say, pinned);
    expect(isComplete(folder, pinned)).toBe(true);
    expect(readdirSync(dirname(folder))).toEqual([`neo4j-${neo4jVersion}`]);
    rmSync(join(folder, `neo4j-${neo4jVersion}.jar`));
    expect(isComplete(folder, pinned)).toBe(false);
  });
});
