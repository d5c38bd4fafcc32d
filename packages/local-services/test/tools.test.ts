import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendarRelease, ltsRelease } from '../src/neo4j-release.js';
import { findCommand, findJava, findRedis, javaMajor, parseJavaSettings } from '../src/tools.js';

let folder: string;
const before = { ...process.env };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-tools-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const name of ['PATH', 'JAVA_HOME', 'JAVA_HOME_25_X64', 'SDKMAN_DIR']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

function script(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

const java = (home: string, version: string) =>
  script(join(home, 'bin/java'), `printf '    java.home = ${home}\\n    java.version = ${version}\\n' >&2`);

describe('the version of Java', () => {
  it.each([
    ['17.0.15', 17],
    ['21', 21],
    ['21-ea', 21],
    ['21.0.4+7-LTS', 21],
    ['1.8.0_392', 8],
    ['25.0.1', 25],
  ])('%s is Java %i', (text, major) => expect(javaMajor(text)).toBe(major));

  it('is undefined if the text is not a version', () => expect(javaMajor('unknown')).toBeUndefined());

  it('is read from the settings that java prints, with its home, with or without blanks', () => {
    const text = [
      'Property settings:',
      '    java.class.version = 61.0',
      '    java.home = /opt/my java/17',
      '    java.version = 17.0.15',
      '    java.version.date = 2025-04-15',
      'openjdk version "17.0.15" 2025-04-15',
    ].join('\n');
    expect(parseJavaSettings(text)).toEqual({ home: '/opt/my java/17', major: 17 });
  });

  it('is undefined if java only says where to get one', () => {
    expect(parseJavaSettings('The operation couldn’t be completed. Unable to locate a Java Runtime.')).toBeUndefined();
  });
});

describe('the search for Java', () => {
  it('prefers the one of JAVA_HOME to the one on PATH', async () => {
    java(join(folder, 'chosen'), '21.0.4');
    java(join(folder, 'path'), '17.0.15');
    process.env.JAVA_HOME = join(folder, 'chosen');
    process.env.PATH = join(folder, 'path', 'bin') + ':' + before.PATH;
    expect((await findJava(ltsRelease)).java).toEqual({
      command: join(folder, 'chosen/bin/java'),
      home: join(folder, 'chosen'),
      major: 21,
    });
  });

  it('skips a version that Neo4j does not run on, and says which', async () => {
    java(join(folder, 'chosen'), '25.0.1');
    java(join(folder, 'path'), '17.0.15');
    process.env.JAVA_HOME = join(folder, 'chosen');
    process.env.PATH = join(folder, 'path', 'bin') + ':' + before.PATH;
    const found = await findJava(ltsRelease);
    expect(found.java?.major).toBe(17);
    expect(found.unsuitable).toEqual([25]);
  });
});

describe('the search for a Java that a calendar release of Neo4j runs on', () => {
  const places: [string, () => string][] = [
    ['PATH', () => withPath(join(folder, 'path'))],
    ['JAVA_HOME', () => (process.env.JAVA_HOME = join(folder, 'chosen'))],
    ['JAVA_HOME_25_X64', () => (process.env.JAVA_HOME_25_X64 = join(folder, 'runner'))],
    ['the folder of SDKMAN', () => join((process.env.SDKMAN_DIR = join(folder, 'sdkman')), 'candidates/java/25-tem')],
  ];

  function withPath(home: string): string {
    process.env.PATH = `${join(home, 'bin')}:${before.PATH}`;
    return home;
  }

  it.each(places)('finds one in %s', async (_, place) => {
    // No machine has this version yet.
    java(place(), '99.0.1');
    expect((await findJava({ runsOn: (version) => version === 99 })).java?.major).toBe(99);
  });

  it('passes over an older one, and says which', async () => {
    java(join(folder, 'chosen'), '17.0.15');
    process.env.JAVA_HOME = join(folder, 'chosen');
    java((process.env.JAVA_HOME_25_X64 = join(folder, 'runner')), '25.0.3');
    process.env.PATH = '';
    const found = await findJava(calendarRelease);
    expect(found.java?.home).toBe(join(folder, 'runner'));
    expect(found.unsuitable).toEqual([17]);
  });

  it.each([
    [17, false],
    [20, false],
    [21, true],
    [25, true],
  ])('Java %d: %s', (version, suits) => expect(calendarRelease.runsOn(version)).toBe(suits));
});

describe('the search for Redis', () => {
  beforeEach(() => {
    process.env.PATH = folder;
  });

  it('finds redis-server, or valkey-server if the system has that instead', async () => {
    script(join(folder, 'valkey-server'), 'echo "Valkey server v=8.0.3 sha=00000000:0 malloc=jemalloc bits=64"');
    expect((await findRedis()).command).toBe(join(folder, 'valkey-server'));
    script(join(folder, 'redis-server'), 'echo "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc bits=64"');
    expect((await findRedis()).command).toBe(join(folder, 'redis-server'));
  });

  it('says which version is too old', async () => {
    script(join(folder, 'redis-server'), 'echo "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc bits=64"');
    expect(await findRedis()).toEqual({ command: undefined, tooOld: '6.0.16' });
  });

  it('finds nothing if there is nothing, nor a file that cannot be run', async () => {
    writeFileSync(join(folder, 'redis-server'), '');
    mkdirSync(join(folder, 'valkey-server'));
    expect(findCommand('redis-server')).toBeUndefined();
    expect(await findRedis()).toEqual({ command: undefined, tooOld: undefined });
  });
});
