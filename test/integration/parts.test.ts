import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NOBODY_GETS_THEM } from '../../src/entrypoints/reaches-people.js';
import { servicesDown } from '../../src/platform/services/index.js';
import { killCommands, runCommand, startCommand, type Command } from '../support/command.js';
import { deadline } from '../support/deadline.js';
import { poison } from '../support/poison.js';
import { freshInstallation, type TestInstallation } from '../support/services.js';

jest.setTimeout(240_000);

let installation: TestInstallation;
beforeAll(async () => {
  installation = await freshInstallation(['event-log', 'neo4j', 'redis']);
}, 300_000);
afterAll(async () => {
  await killCommands();
  await installation?.remove();
});

const UP = { up: true };
const SERVICES = { clock: UP, graph: UP, 'event-log': UP, neo4j: UP, redis: UP };

const HOUR = 3_600_000;
/** A file of rows in the installation's folder. */
function file(name: string, header: string, rows: readonly string[]): string {
  const path = join(installation.dataDir, name);
  writeFileSync(path, [header, ...rows, ''].join('\n'));
  return path;
}

/** Two people who are at a place at once, so often, and a positive result of the first. */
function meeting(name: string, stays = 1): { case: string; contact: string; visits: string; results: string } {
  const day = Date.now() - 72 * HOUR;
  const at = (hours: number) => new Date(day + hours * HOUR).toISOString();
  const [one, two] = [`${name}-1`, `${name}-2`];
  const rows = Array.from({ length: stays }, (_, i) => [
    `${one},${name}-place${i},${at(i)},${at(i + 0.5)}`,
    `${two},${name}-place${i},${at(i)},${at(i + 0.5)}`,
  ]);
  return {
    ...{ case: one, contact: two },
    visits: file(`${name}-visits.csv`, 'person_id,place_id,arrived_at,left_at', rows.flat()),
    results: file(`${name}-results.csv`, 'sample_id,person_id,disease,collected_at,reported_at,result', [
      `${name}-s,${one},covid-19,${at(40)},${at(45)},positive`,
    ]),
  };
}

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, installation.env);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

async function takeIn({ visits, results }: ReturnType<typeof meeting>): Promise<void> {
  await succeeds('import', 'check-ins', visits);
  await succeeds('import', 'results', results, '--wait');
}

/** Who the contacts of a person are; in words why that is not said. */
async function contactsOf(person: string): Promise<string[] | string> {
  const { code, stdout, stderr } = await runCommand(['contacts', '--person', person, '--json'], installation.env);
  return code === 0 ? (JSON.parse(stdout) as { f1: { person: string }[] }).f1.map((contact) => contact.person) : stderr;
}

async function untilContacts(person: string, holds: (answer: string[] | string) => boolean): Promise<string[]> {
  const answers: string[] = [];
  for (const end = deadline(); !end.passed();) {
    const answer = await contactsOf(person);
    answers.push(String(answer));
    if (holds(answer)) return answers;
  }
  throw new Error(`of ${person} it is still said: ${answers.at(-1)}`);
}

const isCase = (answer: string[] | string): boolean => typeof answer !== 'string';

describe('A projector and a worker with nothing to do', () => {
  let met: ReturnType<typeof meeting>;
  let parts: Command[];
  const startParts = async () => {
    parts = ['projector', 'worker'].map((role) => startCommand([role], installation.env));
    await Promise.all(parts.map((part) => part.printed('is running')));
  };
  beforeAll(async () => {
    await startParts();
    met = meeting('rest');
    await takeIn(met);
  });
  afterAll(killCommands);

  it('make a graph again that was emptied, of which nobody is told half, and a known row is waited for', async () => {
    expect(await contactsOf(met.case)).toEqual([met.contact]);
    await succeeds('projections', 'rebuild');
    const answers = await untilContacts(met.case, isCase);
    for (const answer of answers.slice(0, -1))
      expect(answer).toMatch(/being (filled|prepared|emptied|made)|not been prepared/);
    expect(answers.at(-1)).toBe(met.contact);
    await takeIn(met);
    expect(await contactsOf(met.case)).toEqual([met.contact]);
  });

  it('take out what an older copy of the log does not hold, and bring in what came before they started on it', async () => {
    const [ghost, anew] = [meeting('ghost', 24), meeting('anew')];
    const { config, dataDir } = installation;
    const [log, copy] = [join(dataDir, 'event-log'), join(dataDir, 'copy')];
    await servicesDown({ config, only: ['event-log'] });
    cpSync(log, copy, { recursive: true });
    await installation.up();
    await takeIn(ghost);
    expect(await contactsOf(ghost.case)).toEqual([ghost.contact]);

    for (const part of parts) part.process.kill('SIGTERM');
    await Promise.all(parts.map((part) => part.ended));
    await servicesDown({ config, only: ['event-log'] });
    rmSync(log, { recursive: true });
    renameSync(copy, log);
    await installation.up();
    // Fewer events than the ghost's: they stand below what graph and queues had passed.
    await succeeds('import', 'check-ins', anew.visits);
    await succeeds('import', 'results', anew.results);
    expect(await contactsOf(ghost.case)).toMatch(/older copy|is another one/);
    await startParts();
    await untilContacts(anew.case, isCase);
    expect(await contactsOf(anew.case)).toEqual([anew.contact]);
    expect(await contactsOf(met.case)).toEqual([met.contact]);
    expect(await contactsOf(ghost.case)).toMatch(/known/);
    expect(JSON.parse(await succeeds('projections', 'status', '--json'))).toMatchObject({
      ...{ log: 'same', caughtUp: true },
      madeAgain: expect.stringMatching(/shorter|other/),
    });
  });
});

describe('A part that runs alone', () => {
  it.each([
    ['projector', 'truyvet_projected_events_total'],
    ['worker', 'truyvet_trace_seconds_count'],
  ])('answers for its health and shows its figures where it is told to: the %s', async (role, figure) => {
    const env = { ...installation.env, TRUYVET_METRICS_PORT: '0' };
    const part = startCommand([role], env);
    await part.printed('is running');
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(part.stdout()) ?? [];
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' });
    // A graph that is being prepared answers nobody, and says so.
    let ready: unknown;
    for (const end = deadline(); !end.passed(); await delay(100)) {
      ready = await (await fetch(`${url}/health/ready`)).json();
      if ((ready as { status: string }).status === 'ok') break;
    }
    expect(ready).toEqual({ status: 'ok', services: SERVICES });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(new RegExp(`^${figure} 0$`, 'm'));
    expect((await fetch(`${url}/v1/isolations`, { method: 'POST' })).status).toBe(404);

    const second = await runCommand([role], { ...env, TRUYVET_METRICS_PORT: new URL(url ?? '').port });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Set TRUYVET_METRICS_PORT') });
    part.process.kill('SIGTERM');
    expect(await part.ended).toMatchObject({ code: 0 });
  });

  it('is degraded while something is set aside, until somebody says by command that it stays out', async () => {
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
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('set aside is at 1') });
    const nobody = await runCommand(['projections', 'accept', position], env);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('--by') });
    const accepted = await runCommand(['projections', 'accept', position, '--by', 'Lan', '--reason', 'a test'], env);
    expect(accepted).toMatchObject({ code: 0, stderr: '' });
    expect(await readiness('ok')).toMatchObject({ code: 200, status: 'ok' });
    const status = await runCommand(['projections', 'status', '--json'], env);
    const { setAside } = JSON.parse(status.stdout) as { setAside: object[] };
    expect(setAside).toMatchObject([{ id, accepted: { by: 'Lan', reason: 'a test' } }]);
    // It is counted and listed for as long as answers lack it.
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^truyvet_graph_set_aside_events 1$/m);
    part.process.kill('SIGTERM');
    expect(await part.ended).toMatchObject({ code: 0 });
  });

  it('that cannot start, all in one process, ends with its error and holds no port', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const env = { ...installation.env, TRUYVET_PORT: String(port), TRUYVET_AUTHORITY: 'who2' };
    const { code, stderr } = await runCommand(['start'], env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('TRUYVET_AUTHORITY is who2') });
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    // Services that were up before stay up.
    expect((await runCommand(['services', 'status'], env)).code).toBe(0);
  });

  it('lets others reach its figures only with a key', async () => {
    const env = { ...installation.env, TRUYVET_METRICS_PORT: '0', TRUYVET_HOST: '0.0.0.0' };
    const { code, stderr } = await runCommand(['projector'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('TRUYVET_SERVICE_KEY');
  });
});

it('Without a provider all that is said of messages says below that they are written to a file, and nobody gets them', async () => {
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
    expect(stdout).not.toContain('Everyone was told');
  }
  // What a program reads is as it was.
  for (const command of ['alerts', 'unreached']) {
    const { code, stdout, stderr } = await runCommand([command, '--json'], env);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.not.stringContaining('provider'),
      stderr: `${NOBODY_GETS_THEM}\n`,
    });
  }
  running.process.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0 });
});
