import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../domain/errors.js';
import { serviceEnvironment } from './environment.js';
import { withLock } from './lock.js';
import type { Java } from './tools.js';

export const neo4jVersion = '5.26.31';

/** What this version comes to; only to say how far a download is. */
const expected = { jars: 213, megabytes: 125 };

const manifest = 'truyvet-jars.json';

/** Where a user's downloads are kept, shared by all data folders. */
export function jarFolder(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'truyvet', `neo4j-${neo4jVersion}`);
}

/** Whether every jar that was downloaded is there, in its full size. */
export function isComplete(folder: string): boolean {
  let sizes: Record<string, number>;
  try {
    sizes = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as Record<string, number>;
  } catch {
    return false;
  }
  const sizeOf = (jar: string) => statSync(join(folder, jar), { throwIfNoEntry: false })?.size;
  return Object.entries(sizes).every(([jar, size]) => sizeOf(jar) === size);
}

/**
 * The folder of Neo4j's jars, downloaded through Maven when it is not there yet.
 * A download goes to a folder beside it and is renamed when whole; two at once wait for each other.
 * @throws UserError with the end of Maven's output when the download fails.
 */
export async function ensureJars(java: Java, mvn: string | undefined, say: (line: string) => void): Promise<string> {
  const folder = jarFolder();
  if (isComplete(folder)) return folder;
  const onWait = () => say('Neo4j: another process is downloading it, waiting');
  await withLock(`${folder}.lock`, onWait, async () => {
    if (isComplete(folder)) return;
    if (!mvn) throw new UserError('Neo4j is not downloaded yet, and Maven (mvn) is not installed.');
    for (const name of readdirSync(dirname(folder))) {
      if (name.startsWith(`${basename(folder)}.tmp-`)) removeFolder(join(dirname(folder), name));
    }
    const temporary = mkdtempSync(`${folder}.tmp-`);
    try {
      await download(java, mvn, temporary, say);
      removeFolder(folder);
      renameSync(join(temporary, 'jars'), folder);
    } finally {
      removeFolder(temporary);
    }
  });
  return folder;
}

/** Also while a Maven whose parent was killed still writes to it. */
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

async function download(java: Java, mvn: string, folder: string, say: (line: string) => void): Promise<void> {
  const jars = join(folder, 'jars');
  const pom = join(folder, 'pom.xml');
  mkdirSync(jars);
  writeFileSync(pom, pomText());
  say(`Neo4j: downloading ${neo4jVersion} from Maven Central (${expected.jars} jars, about ${expected.megabytes} MB)`);
  // -C: a jar whose checksum is wrong fails the download instead of being kept with a warning.
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
  const progress = new Progress(say);
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
  const sizes = Object.fromEntries(readdirSync(jars).map((jar) => [jar, statSync(join(jars, jar)).size]));
  // Without the second of the two, the classes that start the server are missing.
  const essential = [`neo4j-server-${neo4jVersion}.jar`, `neo4j-${neo4jVersion}.jar`];
  if (!essential.every((jar) => existsSync(join(jars, jar)))) throw failure('some jars are missing', tail);
  writeFileSync(join(jars, manifest), JSON.stringify(sizes));
  say(`Neo4j: downloaded ${Object.keys(sizes).length} jars`);
}

function failure(what: string, tail: string[]): UserError {
  const errors = tail.filter((line) => /^\[ERROR\] (?!-> |\[Help)./.test(line));
  return new UserError(
    `Neo4j could not be downloaded: ${what}.\n${(errors.length > 0 ? errors.slice(0, 3) : tail).join('\n')}`,
    "Check the network and Maven's settings (proxy, mirror: ~/.m2/settings.xml) and run it again, or set NEO4J_URL.",
  );
}

/** Counts the jars that Maven says it has fetched, and tells so every two seconds at most. */
export class Progress {
  private jars = 0;
  private bytes = 0;
  private toldAt: number;

  constructor(
    private readonly say: (line: string) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.toldAt = now();
  }

  see(line: string): void {
    const fetched = /Downloaded from .*\.jar \(([\d.]+) ([kMG]?B) at/.exec(line);
    if (!fetched) return;
    const unit = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[fetched[2] as string] ?? 1;
    this.jars += 1;
    this.bytes += Number(fetched[1]) * unit;
    if (this.now() - this.toldAt < 2_000) return;
    this.toldAt = this.now();
    this.say(`Neo4j: ${Math.round(this.bytes / 1e6)} of about ${expected.megabytes} MB (${this.jars} jars)`);
  }
}

function pomText(): string {
  const dependency = (group: string, artifact: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${neo4jVersion}</version></dependency>`;
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
