import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServicesConfig } from '../src/config.js';
import { servicesDown, servicesStatus, servicesUp, serviceUrls } from '../src/index.js';
import { startDetached } from '../src/processes.js';
import { readState, writeState } from '../src/state.js';
import { configOf } from './config.js';

/** A fake Redis server that prints its version and then runs the script, with the configuration in $1. */
function redisServer(what: string): void {
  const path = join(folder, 'bin', 'redis-server');
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.15 sha=0" && exit\n${what}\n`);
  chmodSync(path, 0o755);
}

/** Answers as much as a Redis client needs, on the port of the configuration. */
const answering = `
PORT=$(sed -n 's/^port //p' "$1")
exec ${process.execPath} -e '
const answer = (text) => text.includes("info") ? "$22\\r\\nredis_version:7.0.15\\r\\n\\r\\n" : "+OK\\r\\n";
require("net").createServer((s) => { s.on("error", () => s.destroy()); s.on("data", (d) => {
  for (const one of d.toString().toLowerCase().split(/\\*\\d+\\r\\n/).slice(1)) s.write(answer(one)); }); })
  .listen('$PORT', "127.0.0.1")'`;

let folder: string;
let dataDir: string;
const before = process.env.PATH;
const only = ['redis'] as const;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-up-'));
  dataDir = join(folder, 'data');
  mkdirSync(join(folder, 'bin'));
  process.env.PATH = `${join(folder, 'bin')}:${before}`;
});

afterEach(async () => {
  await servicesDown({ config: config() });
  process.env.PATH = before;
  rmSync(folder, { recursive: true });
});

const config = (more: Partial<ServicesConfig> = {}) => configOf(dataDir, more);

/** Takes a port as soon as it is free, because on a busy machine the previous listener may take a moment to go. */
async function listenOn(port: number): Promise<Server> {
  for (;;) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen(port, '127.0.0.1', () => resolve(false));
    });
    if (!taken) return server;
    await delay(50);
  }
}

describe('starting a service', () => {
  it('starts it once if two ask at the same time, and not again if asked later', async () => {
    redisServer(`echo started >> ${folder}/starts; ${answering}`);
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const [one, two] = await Promise.all([
      servicesUp({ config: config(), only, say }),
      servicesUp({ config: config(), only, say }),
    ]);
    expect(one).toEqual(two);
    const pid = (await servicesStatus({ config: config(), only }))[0]?.pid;
    expect(await servicesUp({ config: config(), only })).toEqual(one);
    expect((await servicesStatus({ config: config(), only }))[0]).toMatchObject({ state: 'running', pid });
    expect(said.filter((line) => line.startsWith('Redis: starting'))).toHaveLength(1);
    expect(said).toContain(`Another process (${process.pid}) is starting or stopping these services, waiting`);
  });

  it('shows the end of its log, and its path, if it dies at once', async () => {
    redisServer('echo "Fatal: the disk is on fire" >&2; exit 3');
    const failure = servicesUp({ config: config(), only });
    await expect(failure).rejects.toThrow(/Redis died while it was starting.*\n.*\nFatal: the disk is on fire$/);
    await expect(failure).rejects.toMatchObject({ fix: `Full log: ${join(dataDir, 'logs', 'redis.log')}` });
    expect((await servicesStatus({ config: config(), only }))[0]?.state).toBe('stopped');
  });

  it('moves to another port if the remembered one stays in use, says so, and remembers that', async () => {
    redisServer(answering);
    await servicesUp({ config: config(), only });
    const first = readState(dataDir).redis?.port as number;
    await servicesDown({ config: config() });
    const squatter = await listenOn(first);
    const said: string[] = [];
    await servicesUp({ config: config(), only, say: (line) => said.push(line) });
    expect(said).toContain(`Redis: another program has port ${first}; restart programs that still use it`);
    const second = readState(dataDir).redis?.port;
    expect(second).not.toBe(first);
    await servicesDown({ config: config() });
    await new Promise((resolve) => squatter.close(resolve));
    await servicesUp({ config: config(), only });
    expect(readState(dataDir).redis?.port).toBe(second);
  });

  it('tries another port if its own was taken between choice and use', async () => {
    // The first start dies as Redis does when it cannot listen, while another process holds the port.
    redisServer(
      `if [ ! -e ${folder}/taken ]; then touch ${folder}/taken
        PORT=$(sed -n 's/^port //p' "$1")
        ${process.execPath} -e 'const s = require("net").createServer((one) => one.destroy()); s.listen('$PORT', "127.0.0.1", () =>
          console.log("ready")); setTimeout(() => process.exit(), 60000)' > ${folder}/squatter &
        echo $! > ${folder}/squatter.pid
        until grep -q ready ${folder}/squatter; do :; done
        exit 1
      fi
      ${answering}`,
    );
    const said: string[] = [];
    await servicesUp({ config: config(), only, say: (line) => said.push(line) });
    expect(said.filter((line) => line.endsWith('was taken meanwhile, trying another'))).toHaveLength(1);
    process.kill(Number(readFileSync(join(folder, 'squatter.pid'), 'utf8')));
  });

  it('does not mistake another process with the recorded pid for the service', async () => {
    redisServer(answering);
    await servicesUp({ config: config(), only });
    const state = readState(dataDir);
    await servicesDown({ config: config() });
    const redis = {
      ...(state.redis as NonNullable<typeof state.redis>),
      run: { pid: process.pid, identity: 'earlier' },
    };
    writeState(dataDir, { redis });
    expect((await servicesStatus({ config: config(), only }))[0]?.state).toBe('stopped');
    await servicesUp({ config: config(), only });
    expect((await servicesStatus({ config: config(), only }))[0]).toMatchObject({ state: 'running' });
  });

  it('does not refer users with too old a Redis to the package from which it came', async () => {
    const path = join(folder, 'bin', 'redis-server');
    writeFileSync(path, '#!/bin/sh\necho "Redis server v=6.0.16 sha=0"\n');
    chmodSync(path, 0o755);
    const failure = servicesUp({ config: config(), only, install: true });
    await expect(failure).rejects.toThrow(/redis-server 6\.2 or newer is needed; found 6\.0\.16/);
    await expect(failure).rejects.toMatchObject({ fix: expect.stringMatching(/another source.*Docker.*REDIS_URL/) });
    await expect(failure).rejects.toMatchObject({ fix: expect.not.stringContaining('apt-get') });
  });

  it('names what is missing and how to get it, and starts nothing', async () => {
    process.env.PATH = join(folder, 'bin');
    const failure = servicesUp({ config: config(), only });
    await expect(failure).rejects.toThrow(
      'The services cannot start: redis-server 6.2 or newer is needed; found none.',
    );
    await expect(failure).rejects.toMatchObject({ fix: expect.stringContaining('brew install redis') });
    expect(readState(dataDir)).toEqual({});
  });

  it('names it in the same way if it is asked to install what only root can', async () => {
    process.env.PATH = join(folder, 'bin');
    const user = jest.spyOn(process, 'getuid').mockReturnValue(1_000);
    const failure = servicesUp({ config: config(), only, install: true });
    await expect(failure).rejects.toThrow(
      'The services cannot start: redis-server 6.2 or newer is needed; found none.',
    );
    user.mockRestore();
  });

  it('is over if it ends while it is waited for', async () => {
    redisServer(answering);
    await servicesUp({ config: config(), only });
    const { redis } = readState(dataDir);
    await servicesDown({ config: config() });
    // It neither answers nor listens, like a process that is ending.
    const launch = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 2_000)'] };
    const run = await startDetached(launch, join(folder, 'log'));
    writeState(dataDir, { redis: { ...(redis as NonNullable<typeof redis>), run } });
    await servicesUp({ config: config(), only });
    expect((await servicesStatus({ config: config(), only }))[0]).toMatchObject({ state: 'running' });
  });
});

describe('a service in Docker', () => {
  const wanting = () => config({ docker: true });

  /** A fake Docker client: a container is a process, and a file with its pid. */
  function dockerClient(): void {
    const server = answering.replace(/^PORT=.*$/m, '').replace('exec ', '');
    const client = `#!/bin/sh
for last in "$@"; do :; done
case "$1 $3" in
  info*) echo 28.2.2 ;;
  run*) while [ "$1" != --name ]; do shift; done; NAME=$2
    while [ "$1" != --publish ]; do shift; done; PORT=\${2#*:}; PORT=\${PORT%:*}
    ${server} > /dev/null 2>&1 &
    echo $! > ${folder}/$NAME ;;
  "inspect {{.State.Running}}") kill -0 $(cat ${folder}/$last) && echo true ;;
  inspect*) cat ${folder}/$last ;;
  stop*) kill $(cat ${folder}/$last); while kill -0 $(cat ${folder}/$last); do :; done ;;
  rm*) rm ${folder}/$last ;;
esac 2> /dev/null
`;
    writeFileSync(join(folder, 'bin', 'docker'), client);
    chmodSync(join(folder, 'bin', 'docker'), 0o755);
  }

  it('is started, recognised, left alone by a second start, and stopped', async () => {
    dockerClient();
    const urls = await servicesUp({ config: wanting(), only });
    const [first] = await servicesStatus({ config: config(), only });
    expect(first).toMatchObject({ state: 'running', via: 'docker', version: '7.0.15' });
    expect(serviceUrls(config(), only)).toEqual(urls);
    await servicesUp({ config: wanting(), only });
    expect((await servicesStatus({ config: config(), only }))[0]?.pid).toBe(first?.pid);
    await servicesDown({ config: config() });
    expect((await servicesStatus({ config: config(), only }))[0]).toMatchObject({ state: 'stopped', via: 'docker' });
    expect(() => serviceUrls(config(), only)).toThrow(/^Redis is not running/);
  });

  it('stays in Docker, where its data is, even if there is no engine any more', async () => {
    dockerClient();
    await servicesUp({ config: wanting(), only });
    await servicesDown({ config: config() });
    writeFileSync(join(folder, 'bin', 'docker'), '#!/bin/sh\necho "Cannot connect to the Docker daemon" >&2; exit 1\n');
    redisServer(answering);
    await expect(servicesUp({ config: wanting(), only })).rejects.toThrow('Cannot connect to the Docker daemon');
  });

  it('runs as a process instead if it could never be started in Docker and Docker is switched off', async () => {
    writeFileSync(
      join(folder, 'bin', 'docker'),
      '#!/bin/sh\n[ "$1" = info ] || { echo "no such image" >&2; exit 1; }\n',
    );
    chmodSync(join(folder, 'bin', 'docker'), 0o755);
    redisServer(answering);
    await expect(servicesUp({ config: config({ docker: true }), only })).rejects.toThrow('no such image');
    await servicesUp({ config: config(), only });
    expect((await servicesStatus({ config: config(), only }))[0]).toMatchObject({ state: 'running', via: 'process' });
  });
});

describe('a service given by URL', () => {
  it('is neither started nor stopped, and is unreachable if nobody answers', async () => {
    const squatter = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const at = `127.0.0.1:${(squatter.address() as AddressInfo).port}`;
    const given = config({ redisUrl: `redis://:hidden@${at}/2` });
    const failure = servicesUp({ config: given, only });
    await expect(failure).rejects.toThrow(`Redis at redis://${at}/2 does not answer`);
    expect(await servicesStatus({ config: given, only })).toMatchObject([
      { state: 'unreachable', via: 'url', address: `redis://${at}/2`, pid: undefined },
    ]);
    expect(readState(dataDir)).toEqual({});
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('is used as it is if it answers', async () => {
    redisServer(answering);
    const { redisUrl } = await servicesUp({ config: config(), only });
    const elsewhere = configOf(join(folder, 'elsewhere'), { redisUrl });
    expect((await servicesUp({ config: elsewhere, only })).redisUrl).toBe(redisUrl);
    await servicesDown({ config: elsewhere });
    expect(await servicesStatus({ config: elsewhere, only })).toMatchObject([{ state: 'given', version: '7.0.15' }]);
  });
});
