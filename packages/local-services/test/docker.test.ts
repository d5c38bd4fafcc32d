import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendarRelease, ltsRelease } from '../src/neo4j-release.js';
import {
  containerName,
  hasEngine,
  images,
  isRunning,
  neo4jVariable,
  startContainer,
  stopContainer,
} from '../src/docker.js';

/** A fake Docker client: records its arguments, one call per line, and knows which containers "exist". */
const client = `#!/bin/sh
printf '%s\\t' "$@" >> "$DOCKER_FAKE/calls"; echo >> "$DOCKER_FAKE/calls"
for last in "$@"; do :; done
case "$1" in
  info) test -e "$DOCKER_FAKE/engine" && echo 28.2.2 ;;
  run) echo "$NEO4J_AUTH" > "$DOCKER_FAKE/auth"
    while [ "$1" != --name ]; do shift; done; touch "$DOCKER_FAKE/container-$2"; echo 0123456789ab ;;
  inspect) test -e "$DOCKER_FAKE/container-$last" && echo true ;;
  rm) rm "$DOCKER_FAKE/container-$last" ;;
  stop) true ;;
  *) echo "unexpected $1" >&2; exit 1 ;;
esac
`;

let folder: string;
const before = process.env.PATH;
const settings = {
  port: 20_001,
  password: 'secret',
  neo4j: { release: ltsRelease, heap: '1g', pagecache: '700m', more: {} },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-docker-'));
  writeFileSync(join(folder, 'docker'), client);
  chmodSync(join(folder, 'docker'), 0o755);
  writeFileSync(join(folder, 'engine'), '');
  process.env.PATH = `${folder}:${before}`;
  process.env.DOCKER_FAKE = folder;
  delete process.env.TRUYVET_DOCKER;
});

afterEach(() => {
  process.env.PATH = before;
  delete process.env.DOCKER_FAKE;
  rmSync(folder, { recursive: true });
});

const calls = () =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split('\t'));

const runCall = () => calls().find(([verb]) => verb === 'run') ?? [];

describe('the way through Docker', () => {
  it('is available only if an engine answers', async () => {
    expect(await hasEngine()).toBe(true);
    rmSync(join(folder, 'engine'));
    expect(await hasEngine()).toBe(false);
  });

  it('names containers after the data folder, differently for every folder', () => {
    expect(containerName('/home/a/.truyvet', 'redis')).toMatch(/^truyvet-truyvet-[0-9a-f]{8}-redis$/);
    expect(containerName('/home/a/.truyvet', 'redis')).not.toBe(containerName('/home/b/.truyvet', 'redis'));
    expect(containerName('/home/a/dữ liệu', 'neo4j')).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
  });

  it('runs Redis on loopback, with its data in the data folder and its password in a file that only its owner can read', async () => {
    const container = await startContainer({ ...settings, name: 'redis', dataDir: folder });
    const call = runCall();
    expect(call).toEqual(
      expect.arrayContaining(['--detach', '127.0.0.1:20001:6379', `${join(folder, 'redis')}:/data`]),
    );
    expect(call).toEqual(expect.arrayContaining([`truyvet.data=${folder}`, 'truyvet.service=redis', container]));
    expect(call.slice(-3)).toEqual([images.redis, 'redis-server', '/data/redis.conf']);
    expect(call.join(' ')).not.toContain('secret');
    const file = join(folder, 'redis', 'redis.conf');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const conf = readFileSync(file, 'utf8').split('\n');
    const wanted = ['requirepass secret', 'appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction'];
    expect(conf).toEqual(expect.arrayContaining(wanted));
  });

  it('runs Neo4j with the same settings as without Docker, and its password is not among the arguments', async () => {
    await startContainer({ ...settings, name: 'neo4j', dataDir: folder });
    const call = runCall();
    expect(call).toEqual(expect.arrayContaining(['127.0.0.1:20001:7687', `${join(folder, 'neo4j', 'data')}:/data`]));
    expect(call).toContain('NEO4J_server_memory_pagecache_size=700m');
    expect(call).toContain('NEO4J_db_checkpoint_interval_time=30s');
    expect(call).toContain('NEO4J_db_tx__log_rotation_retention__policy=1G size');
    expect(call.at(-1)).toBe(`neo4j:${ltsRelease.version}`);
    expect(call.join(' ')).not.toContain('fleet');
    expect(call.join(' ')).not.toContain('secret');
    expect(readFileSync(join(folder, 'auth'), 'utf8').trim()).toBe('neo4j/secret');
  });

  it('runs the requested version of Neo4j, with the settings that only that version has', async () => {
    const neo4j = { ...settings.neo4j, release: calendarRelease };
    await startContainer({ ...settings, neo4j, name: 'neo4j', dataDir: folder });
    expect(runCall()).toContain('NEO4J_server_fleet__discovery_enabled=false');
    expect(runCall().at(-1)).toBe(`neo4j:${calendarRelease.version}`);
  });

  it('replaces a stopped container, and stops and removes one', async () => {
    const container = await startContainer({ ...settings, name: 'redis', dataDir: folder });
    await startContainer({ ...settings, name: 'redis', dataDir: folder });
    expect(calls().map(([verb]) => verb)).toEqual(['inspect', 'run', 'inspect', 'rm', 'run']);
    expect(await isRunning(container)).toBe(true);
    await stopContainer(container, 20_000);
    expect(calls()).toContainEqual(['stop', '-t', '20', container]);
    expect(existsSync(join(folder, `container-${container}`))).toBe(false);
    expect(await isRunning(container)).toBe(false);
  });

  it("reports Docker's message if it fails", async () => {
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\n[ "$1" = run ] && echo "pull access denied" >&2\nexit 125\n');
    await expect(startContainer({ ...settings, name: 'redis', dataDir: folder })).rejects.toThrow(
      'docker run failed: pull access denied',
    );
  });

  it('writes settings of Neo4j as the image reads them', () => {
    expect(neo4jVariable('server.memory.heap.max_size')).toBe('NEO4J_server_memory_heap_max__size');
  });
});
