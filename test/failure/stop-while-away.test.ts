import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort } from '@truyvet/local-services/machine';
import { System } from '../support/system.js';
import { stopPart } from '../support/stop-part.js';
import { until } from './event-log-process.js';

/** Milliseconds after which a supervisor kills a process. */
const PATIENCE = 20_000;
const MINUTE = 60_000;

describe('While a service is unreachable', () => {
  let system: System;
  /** The services by URL: the program uses them as they are, even if they do not answer yet. */
  let given: NodeJS.ProcessEnv;
  beforeAll(async () => {
    system = await System.start([]);
    const { redisUrl, neo4j } = await system.look(({ urls }) => Promise.resolve(urls));
    given = { REDIS_URL: redisUrl, NEO4J_URL: neo4j.url, NEO4J_PASSWORD: neo4j.password };
  }, 5 * MINUTE);
  afterAll(() => system?.remove(), MINUTE);

  const killRedis = async () => {
    process.kill(system.servicePid('redis') ?? 0, 'SIGKILL');
    await until('Redis is gone', () => system.servicePid('redis') === undefined);
  };
  const begin = async (role: 'worker' | 'projector', env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> => {
    const part = system.spawn([role], role, { ...given, ...env });
    let said = '';
    part.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    await until(`the ${role} is running`, () => said.includes('is running'));
    return part;
  };
  const stop = (part: ChildProcess) => stopPart(part, PATIENCE);

  it(
    'a worker that was running before stops on request',
    async () => {
      const worker = await begin('worker');
      await killRedis();
      expect(await stop(worker)).toBe(0);
    },
    2 * MINUTE,
  );

  it(
    'a worker and a projector can start, work after it is back, and stop',
    async () => {
      const parts = [await begin('worker'), await begin('projector')];
      await system.servicesUp();
      const file = join(system.dataDir, 'results.csv');
      writeFileSync(
        file,
        'sample_id,person_id,disease,collected_at,reported_at,result\n' +
          's1,An,covid-19,2021-08-01T08:00:00+07:00,2021-08-01T12:00:00+07:00,positive\n',
      );
      const { accepted } = await system.import('results', file);
      expect(accepted).toBe(1);
      expect(await Promise.all(parts.map(stop))).toEqual([0, 0]);
    },
    2 * MINUTE,
  );

  it(
    'a projector that waits for the graph stops on request',
    async () => {
      // Nobody listens on this port.
      const port = await choosePort(undefined, new Set());
      expect(await stop(await begin('projector', { NEO4J_URL: `bolt://127.0.0.1:${port}` }))).toBe(0);
    },
    2 * MINUTE,
  );
});
