import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceName } from '@truyvet/local-services';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { queueKey } from '../../src/work/queue-keys.js';
import { makeAlertRounds, type AlertRound } from '../support/alert-rounds.js';
import { Gateway } from '../support/providers/gateway.js';
import { until } from '../support/providers/until.js';
import { System } from '../support/system.js';
import { stopPart } from '../support/stop-part.js';
import { until as soon } from './event-log-process.js';

/** Milliseconds after which a supervisor kills a process. */
const PATIENCE = 30_000;
const MINUTE = 60_000;
/** Milliseconds for which the gateway leaves each message without an answer: longer than a worker waits for its work. */
const HELD = 8_000;
const CONTACTS = 12;
/** What a process says that ends although a connection or a timer is left. */
const LEFT_OPEN = 'something still open';

describe('A worker that sends messages through a gateway that does not answer yet', () => {
  const inputs = mkdtempSync(join(tmpdir(), 'truyvet-stop-'));
  let gateway: Gateway;
  let system: System;
  let rounds: AlertRound[];
  let way: Way;

  beforeAll(async () => {
    gateway = await Gateway.start('gateway', join(inputs, 'gateway.ndjson'));
    const providers = join(inputs, 'providers.json');
    writeFileSync(providers, JSON.stringify([settingsOf(gateway)]));
    const env = { TRUYVET_PROVIDERS: providers, TRUYVET_CLOCK: undefined };
    system = await System.start(['projector-1'], env);
    way = await wayTo(await system.look(({ urls }) => Promise.resolve(urls.neo4j.url)));
    const made = makeAlertRounds({ folder: inputs, rounds: 4, contacts: CONTACTS, random: randomFrom(1) });
    rounds = made.rounds;
    for (const { kind, file } of made.background) await system.import(kind, file, undefined, { wait: false });
  }, 10 * MINUTE);
  afterAll(async () => {
    gateway?.stop();
    way?.close();
    await system?.remove();
    rmSync(inputs, { recursive: true, force: true });
  }, 2 * MINUTE);

  const begin = () => {
    const worker = system.spawn(['worker'], 'worker', { NEO4J_URL: way.url });
    let said = '';
    worker.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    return { worker, isRunning: () => said.includes('is running') };
  };
  /** Starts a worker, and resolves when the gateway has a message of the next case and has not answered. */
  const inTheMiddle = async (): Promise<ChildProcess> => {
    const { worker, isRunning } = begin();
    await soon('the worker is running', isRunning, MINUTE);
    const held = once(gateway.moments, 'held');
    await gateway.fault([{ accept: true, then: 'hold', ms: HELD, times: CONTACTS }]);
    await system.import('results', (rounds.shift() as AlertRound).positive.file, undefined, { wait: false });
    await held;
    return worker;
  };
  const stop = (part: ChildProcess) => stopPart(part, PATIENCE);

  it(
    'stops on request, although its jobs end only after it has given them up',
    async () => {
      expect(await stop(await inTheMiddle())).toBe(0);
      expect(readFileSync(join(system.dataDir, 'logs', 'worker.log'), 'utf8')).not.toContain(LEFT_OPEN);
    },
    3 * MINUTE,
  );

  it(
    'stops on request while it rehearses the first case',
    async () => {
      const { redisUrl, storeId } = await system.look(({ urls, storeId }) =>
        Promise.resolve({ redisUrl: urls.redisUrl, storeId }),
      );
      const redis = new Redis(redisUrl);
      const alive = queueKey(storeId, 'alive:worker');
      await redis.del(alive);
      const { worker, isRunning } = begin();
      await until(async () => ((await redis.exists(alive)) === 1 ? true : undefined));
      redis.disconnect();
      expect(isRunning()).toBe(false);
      expect(await stop(worker)).toBe(0);
    },
    2 * MINUTE,
  );

  it.each<[string, ServiceName]>([
    ['the log', 'event-log'],
    ['Redis', 'redis'],
  ])(
    'stops on request after %s was killed',
    async (_, name) => {
      const worker = await inTheMiddle();
      process.kill(system.servicePid(name) as number, 'SIGKILL');
      await soon(`${name} is gone`, () => system.servicePid(name) === undefined);
      expect(await stop(worker)).toBe(0);
      await system.servicesUp();
    },
    5 * MINUTE,
  );

  it(
    'stops on request after Neo4j went away',
    async () => {
      const worker = await inTheMiddle();
      way.close();
      expect(await stop(worker)).toBe(0);
    },
    3 * MINUTE,
  );
});

/** The only way to a service: while it is closed, the service is as good as killed. */
interface Way {
  url: string;
  close(): void;
}

async function wayTo(service: string): Promise<Way> {
  const { hostname, port } = new URL(service);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const end of [near, far]) {
      open.add(end);
      end.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy(), open.delete(end)));
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { url: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function settingsOf({ name, url }: Gateway): object {
  return {
    ...{ type: 'http', name, url: `${url}/messages`, idempotencyHeader: 'Idempotency-Key', sender: 'CDC' },
    body: { json: { to: '{to}', text: '{text}' } },
    reference: '/data/id',
    query: { url: `${url}/messages/{id}`, reference: '/data/id' },
  };
}
