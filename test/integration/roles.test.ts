import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NOBODY_GETS_THEM } from '../../src/delivery/outbox-notice.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { deadline } from '../support/deadline.js';
import { GivenServer } from '../support/given-server.js';
import { poison } from '../support/poison.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

jest.setTimeout(240_000);

let installation: TestInstallation;
beforeAll(async () => {
  installation = await freshInstallation(['event-log', 'neo4j', 'redis']);
  // Only a projector prepares a graph.
  const projector = startCommand(['projector'], { ...installation.env, TRUYVET_METRICS_PORT: '0' });
  await projector.printed('is running');
  await readiness(projector);
  projector.process.kill('SIGTERM');
  await projector.ended;
}, 300_000);
afterAll(async () => {
  await killCommands();
  await installation?.remove();
});

const urlOf = (part: Command) => /http:\/\/127\.0\.0\.1:\d+/.exec(part.stdout())?.[0] ?? '';

/** What a part says of its readiness once that is ok, or at the latest: a graph that is being prepared answers nobody. */
async function readiness(part: Command): Promise<unknown> {
  let ready: unknown;
  for (const end = deadline(); !end.passed(); await delay(100)) {
    ready = await (await fetch(`${urlOf(part)}/health/ready`)).json();
    if ((ready as { status: string }).status === 'ok') break;
  }
  return ready;
}

const UP = { up: true };
const SERVICES = { clock: UP, graph: UP, 'event-log': UP, neo4j: UP, redis: UP };

describe('A part that runs alone', () => {
  it.each([
    ['projector', 'truyvet_projected_events_total'],
    ['worker', 'truyvet_trace_seconds_count'],
  ])('reports its health and metrics at the configured address: the %s', async (role, figure) => {
    const env = { ...installation.env, TRUYVET_METRICS_PORT: '0' };
    const part = startCommand([role], env);
    await part.printed('is running');
    const url = urlOf(part);
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' });
    expect(await readiness(part)).toEqual({ status: 'ok', services: SERVICES });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(new RegExp(`^${figure} 0$`, 'm'));
    expect((await fetch(`${url}/v1/isolations`, { method: 'POST' })).status).toBe(404);

    const second = await runCommand([role], { ...env, TRUYVET_METRICS_PORT: new URL(url).port });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Set TRUYVET_METRICS_PORT') });
    part.process.kill('SIGTERM');
    expect(await part.ended).toMatchObject({ code: 0 });
  });

  it('is degraded while something is set aside, until somebody accepts by command that it stays out', async () => {
    const env = { ...installation.env, TRUYVET_METRICS_PORT: '0' };
    const part = startCommand(['projector'], env);
    await part.printed('is running');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(part.stdout()) ?? [];
    const readiness = async (status: string) => {
      let answer: Response | undefined;
      for (const end = deadline(); !end.passed(); await delay(100)) {
        answer = await fetch(`${url}/health/ready`);
        if (((await answer.clone().json()) as { status: string }).status === status) break;
      }
      return { code: answer?.status, ...((await answer?.json()) as { status: string; reason?: string }) };
    };
    expect(await readiness('ok')).toMatchObject({ code: 200 });
    const id = await poison(installation.urls.eventStoreUrl, 'an', Math.floor(Date.now() / 1000) - 86_400);
    expect(await readiness('degraded')).toMatchObject({ code: 200, status: 'degraded' });
    const shown = await runCommand(['projections', 'status'], env);
    const [, position = ''] = /CheckedIn at (\d+)/.exec(shown.stdout) ?? [];
    expect(shown.stdout).toContain('1 event is set aside');

    const unknown = await runCommand(['projections', 'accept', '1', '--by', 'Lan', '--reason', 'a test'], env);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('the position or id 1 is set aside') });
    const nobody = await runCommand(['projections', 'accept', position], env);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('--by') });
    const accepted = await runCommand(['projections', 'accept', position, '--by', 'Lan', '--reason', 'a test'], env);
    expect(accepted).toMatchObject({ code: 0, stderr: '' });
    expect(await readiness('ok')).toMatchObject({ code: 200, status: 'ok' });
    const status = await runCommand(['projections', 'status', '--json'], env);
    const { set_aside: aside } = JSON.parse(status.stdout) as { set_aside: object[] };
    expect(aside).toMatchObject([{ id, accepted: { by: 'Lan', reason: 'a test' } }]);
    // It is counted and listed for as long as answers lack it.
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^truyvet_graph_set_aside_events 1$/m);
    expect(metrics).toContain(`truyvet_graph_set_aside_first_position{type="CheckedIn"} ${position}`);
    part.process.kill('SIGTERM');
    expect(await part.ended).toMatchObject({ code: 0 });
  });

  it('says in its readiness and its log why an external log no longer lets it in, and is ready when it does', async () => {
    const server = await GivenServer.before(installation.logAdminUrl());
    const env = { ...installation.env, EVENTSTORE_URL: server.url(), TRUYVET_METRICS_PORT: '0' };
    const part = startCommand(['projector'], env);
    try {
      await part.printed('is running');
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(part.stdout()) ?? [];
      const readiness = async (code: number) => {
        for (const end = deadline(); ; await delay(100)) {
          const answer = await fetch(`${url}/health/ready`);
          const body: unknown = await answer.json();
          if (answer.status === code) return body;
          if (end.passed()) throw new Error(`not ${code}: ${JSON.stringify(body)}`);
        }
      };
      await readiness(200);
      server.manners.deniesAll = true;
      // Readers are refused when they connect again.
      await server.end();
      await server.begin();
      const why = 'the event log refuses the connection: it asks for a user and a password';
      expect(await readiness(503)).toMatchObject({
        services: { 'event-log': { up: false, problem: expect.stringContaining('asks for a user and a password') } },
      });
      for (const end = deadline(); !part.stderr().includes(why); await delay(100)) {
        if (end.passed()) throw new Error(`it does not say why: ${part.stderr()}`);
      }
      server.manners.deniesAll = false;
      expect(await readiness(200)).toMatchObject({ status: 'ok' });
      part.process.kill('SIGTERM');
      expect(await part.ended).toMatchObject({ code: 0 });
    } finally {
      await server.close();
    }
  });

  it('that cannot start ends with its error and holds no port, with all parts in one process', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const env = { ...installation.env, TRUYVET_PORT: String(port), TRUYVET_AUTHORITY: 'who2' };
    const { code, stderr } = await runCommand(['start'], env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('TRUYVET_AUTHORITY is who2') });
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    // Services that were already running keep running.
    expect((await runCommand(['services', 'status'], env)).code).toBe(0);
  });

  it('makes its metrics available to others only with a key', async () => {
    const env = { ...installation.env, TRUYVET_METRICS_PORT: '0', TRUYVET_HOST: '0.0.0.0' };
    const { code, stderr } = await runCommand(['projector'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('TRUYVET_SERVICE_KEY');
  });
});

it('Without a provider, every output about messages says that they are only written to a file, and nobody gets them', async () => {
  const { env } = installation;
  const running = startCommand(['start'], { ...env, TRUYVET_PORT: '0' });
  await running.printed('The API listens on');
  expect(running.stdout()).toContain(NOBODY_GETS_THEM);
  const file = join(installation.dataDir, 'people.csv');
  writeFileSync(file, 'person_id,name,phone\nan,An,0912345678\n');
  const results = join(installation.dataDir, 'results.csv');
  writeFileSync(results, 'sample_id,person_id,disease,collected_at,reported_at,result\n');
  for (const command of [
    ['import', 'people', file, '--wait'],
    ['import', 'results', results, '--preview'],
    ['alerts'],
    ['alerts', 'status'],
    ['unreached'],
    ['providers'],
  ]) {
    const { code, stdout, stderr } = await runCommand(command, env);
    expect({ command, code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(NOBODY_GETS_THEM),
    });
    expect(stdout).not.toContain('Everyone was notified');
  }
  // Output for programs is unchanged.
  for (const command of ['alerts', 'unreached']) {
    const { code, stdout, stderr } = await runCommand([command, '--json'], env);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.not.stringContaining('No provider'),
      stderr: expect.stringContaining(NOBODY_GETS_THEM),
    });
    expect(JSON.parse(stdout)).toBeDefined();
  }
  running.process.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0 });
});
