import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ServicesError } from './services-error.js';
import { packageFile } from './package-file.js';
import { serviceEnvironment } from './environment.js';
import { withLock } from './lock.js';
import type { Neo4jRelease } from './neo4j-release.js';
import type { Java } from './tools.js';

/** The folder of a version's jars in a user's cache, which all data folders share. */
export function jarFolder(version: string, env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'truyvet', `neo4j-${version}`);
}

/** SHA-256 by jar. When this list was made, the files had the checksums that their publisher gives. */
export function pinnedDigests(version: string): Map<string, string> {
  const lines = readFileSync(packageFile(`checksums/neo4j-${version}.sha256`), 'utf8')
    .trim()
    .split('\n');
  return new Map(lines.map((line) => line.split('  ').reverse() as [string, string]));
}

/** Whether the folder has every pinned jar and no other jar, because all jars in it are run. */
export function isComplete(folder: string, pinned: ReadonlyMap<string, string>): boolean {
  return existsSync(folder) && wrongJars(folder, pinned).length === 0;
}

/** Jars that are missing, differ from the pinned ones, or are not pinned. */
function wrongJars(folder: string, pinned: ReadonlyMap<string, string>): string[] {
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jar')) : [];
  const there = new Set(found);
  return [
    ...found.filter((jar) => !pinned.has(jar)),
    ...[...pinned].flatMap(([jar, digest]) => (there.has(jar) && digestOf(join(folder, jar)) === digest ? [] : [jar])),
  ];
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** What a download needs. */
export interface Means {
  java: Java;
  mvn: string | undefined;
  say: (line: string) => void;
}

/**
 * The folder of Neo4j's jars. Downloads them through Maven when it is incomplete. A download goes to a folder beside
 * it, which is renamed when it is complete; two downloads at once wait for each other.
 * @throws ServicesError with the end of Maven's output when the download fails.
 */
export async function ensureJars(
  release: Neo4jRelease,
  { java, mvn, say }: Means,
  pinned: ReadonlyMap<string, string> = pinnedDigests(release.version),
): Promise<string> {
  const folder = jarFolder(release.version);
  if (isComplete(folder, pinned)) return folder;
  if (existsSync(folder))
    say(`Neo4j: ${wrongJars(folder, pinned)[0]} is missing or not the pinned file, downloading all jars again`);
  const onWait = () => say('Neo4j: another process is downloading it, waiting');
  await withLock(`${folder}.lock`, onWait, async () => {
    if (isComplete(folder, pinned)) return;
    if (!mvn) throw new ServicesError('tool-missing', 'Neo4j is not downloaded yet, and Maven (mvn) is not installed.');
    for (const name of readdirSync(dirname(folder))) {
      if (name.startsWith(`${basename(folder)}.tmp-`)) removeFolder(join(dirname(folder), name));
    }
    const temporary = mkdtempSync(`${folder}.tmp-`);
    try {
      await download({ release, java, mvn, folder: temporary, say, pinned });
      removeFolder(folder);
      renameSync(join(temporary, 'jars'), folder);
    } finally {
      removeFolder(temporary);
    }
  });
  return folder;
}

/** Retries, because a Maven whose parent was killed may still write to the folder. */
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

interface Download extends Means {
  release: Neo4jRelease;
  mvn: string;
  folder: string;
  pinned: ReadonlyMap<string, string>;
}

async function download({ release, java, mvn, folder, say, pinned }: Download): Promise<void> {
  const jars = join(folder, 'jars');
  const pom = join(folder, 'pom.xml');
  mkdirSync(jars);
  writeFileSync(pom, pomText(release.version));
  const size = `${pinned.size} jars, about ${release.megabytes} MB`;
  say(`Neo4j: downloading ${release.version} from Maven Central (${size})`);
  // -C: a jar with a wrong checksum fails the download; without it Maven only warns.
  const args = [
    ...['-B', '-C', '-Dstyle.color=never', '-f', pom],
    'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies',
    ...['-DincludeScope=runtime', `-DoutputDirectory=${jars}`],
  ];
  const child = spawn(mvn, args, {
    cwd: folder,
    env: serviceEnvironment({ JAVA_HOME: java.home }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  const progress = new Progress(release.megabytes, say);
  const keep = (line: string) => {
    progress.see(line);
    tail.push(line);
    if (tail.length > 20) tail.shift();
  };
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw failure(`Maven ended with ${code}`, tail);
  const wrong = wrongJars(jars, pinned);
  if (wrong.length > 0) throw notAsPinned(wrong);
  say(`Neo4j: downloaded ${pinned.size} jars, which all match the pinned digests`);
}

function notAsPinned(wrong: readonly string[]): ServicesError {
  const named = `${wrong.slice(0, 3).join(', ')}${wrong.length > 3 ? ` and ${wrong.length - 3} others` : ''}`;
  return new ServicesError(
    'download-failed',
    `Neo4j was downloaded, but these jars are not the pinned ones: ${named}. Neo4j is not started.`,
    'Check where Maven gets them from (mirrors: ~/.m2/settings.xml), remove them from ~/.m2/repository and start again.',
  );
}

function failure(what: string, tail: string[]): ServicesError {
  const errors = tail.filter((line) => /^\[ERROR\] (?!-> |\[Help)./.test(line));
  return new ServicesError(
    'download-failed',
    `Neo4j could not be downloaded: ${what}.\n${(errors.length > 0 ? errors.slice(0, 3) : tail).join('\n')}`,
    "Check the network and Maven's settings (proxy, mirror: ~/.m2/settings.xml) and run it again, or set NEO4J_URL.",
  );
}

/** Counts the jars that Maven reports as downloaded, and reports progress every two seconds at most. */
export class Progress {
  private jars = 0;
  private bytes = 0;
  private reportedAt: number;

  constructor(
    private readonly megabytes: number,
    private readonly say: (line: string) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.reportedAt = now();
  }

  see(line: string): void {
    const fetched = /Downloaded from .*\.jar \(([\d.]+) ([kMG]?B) at/.exec(line);
    if (!fetched) return;
    const unit = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[fetched[2] as string] ?? 1;
    this.jars += 1;
    this.bytes += Number(fetched[1]) * unit;
    if (this.now() - this.reportedAt < 2_000) return;
    this.reportedAt = this.now();
    this.say(`Neo4j: ${Math.round(this.bytes / 1e6)} of about ${this.megabytes} MB (${this.jars} jars)`);
  }
}

function pomText(version: string): string {
  const dependency = (group: string, artifact: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>truyvet</groupId>
  <artifactId>neo4j-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    ${dependency('org.neo4j.app', 'neo4j-server')}
    ${dependency('org.neo4j', 'neo4j')}
  </dependencies>
</project>
`;
}
