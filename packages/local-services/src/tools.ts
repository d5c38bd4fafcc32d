import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { serviceEnvironment } from './environment.js';
import type { Neo4jRelease } from './neo4j-release.js';

const run = promisify(execFile);

/** Full path of a command on PATH. */
export function findCommand(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface Java {
  command: string;
  /** In the form of JAVA_HOME. */
  home: string;
  /** Major version: 17, 21 ... */
  major: number;
}

/**
 * Parses the output of `java -XshowSettings:properties -version`.
 * @returns undefined when the text is not such output.
 */
export function parseJavaSettings(text: string): { home: string; major: number } | undefined {
  const property = (name: string) => new RegExp(`^\\s*${name} = (.+?)\\s*$`, 'm').exec(text)?.[1];
  const [home, version] = [property('java\\.home'), property('java\\.version')];
  const major = version === undefined ? undefined : javaMajor(version);
  return home === undefined || major === undefined ? undefined : { home, major };
}

/** `17.0.15` is 17, `21-ea` is 21, and the old style `1.8.0_392` is 8. */
export function javaMajor(version: string): number | undefined {
  const match = /^(?:1\.)?(\d+)(?:[.\-+_]|$)/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** Finds a Java that this Neo4j runs on; otherwise the versions that it found and cannot use. */
export async function findJava(
  release: Pick<Neo4jRelease, 'runsOn'>,
): Promise<{ java: Java | undefined; unsuitable: number[] }> {
  const seen = new Set<string>();
  const unsuitable: number[] = [];
  for (const command of javaCandidates()) {
    const real = realpathSync(command);
    if (seen.has(real)) continue;
    seen.add(real);
    const settings = await javaSettings(command);
    if (!settings) continue;
    if (release.runsOn(settings.major)) return { java: { command, ...settings }, unsuitable };
    if (!unsuitable.includes(settings.major)) unsuitable.push(settings.major);
  }
  return { java: undefined, unsuitable };
}

async function javaSettings(command: string) {
  try {
    const { stdout, stderr } = await run(command, ['-XshowSettings:properties', '-version'], {
      timeout: 20_000,
      env: serviceEnvironment(),
    });
    return parseJavaSettings(stdout + stderr);
  } catch {
    // macOS ships a `java` that only prints where to get one.
    return undefined;
  }
}

/**
 * The user's choice comes first, then PATH, then other variables such as JAVA_HOME_21_X64, then the folders where
 * distributions, SDKMAN and Homebrew keep versions side by side.
 */
function javaCandidates(): string[] {
  const { JAVA_HOME, SDKMAN_DIR = join(homedir(), '.sdkman') } = process.env;
  const variables = Object.keys(process.env).filter((name) => /^JAVA_HOME_\d/.test(name));
  const homes = [
    ...variables.toSorted().map((name) => process.env[name] as string),
    ...inside('/usr/lib/jvm'),
    ...inside('/Library/Java/JavaVirtualMachines').map((folder) => join(folder, 'Contents/Home')),
    ...inside(join(SDKMAN_DIR, 'candidates/java')),
    ...['/opt/homebrew/opt', '/usr/local/opt'].flatMap(inside).filter((path) => /\/openjdk(@\d+)?$/.test(path)),
  ];
  const chosen = JAVA_HOME ? [join(JAVA_HOME, 'bin/java')] : [];
  const ordered = [...chosen, findCommand('java'), ...homes.map((home) => join(home, 'bin/java'))];
  return ordered.filter((path) => path !== undefined).filter(isExecutable);
}

function inside(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The oldest Redis that BullMQ supports. */
export const oldestRedis = [6, 2] as const;

/**
 * The system's Redis server, or Valkey, which replaced it in some distributions.
 * @returns `tooOld` with the version of a server that is too old.
 */
export async function findRedis(): Promise<{ command: string | undefined; tooOld: string | undefined }> {
  const command = findCommand('redis-server') ?? findCommand('valkey-server');
  if (!command) return { command: undefined, tooOld: undefined };
  const { stdout } = await run(command, ['--version'], { timeout: 20_000, env: serviceEnvironment() });
  const version = /\bv=(\d+)\.(\d+)\S*/.exec(stdout);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  const enough = major > oldestRedis[0] || (major === oldestRedis[0] && minor >= oldestRedis[1]);
  return enough
    ? { command, tooOld: undefined }
    : { command: undefined, tooOld: version?.[0].slice(2) ?? stdout.trim() };
}
