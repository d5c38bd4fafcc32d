import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, servicesStatus } from '@truyvet/local-services';
import { killCommands, runCommand, startScript, type Command } from '../support/command.js';
import { demoNodes } from '../support/sizes.js';

jest.setTimeout(600_000);

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'truyvet-demo-'));
});

afterEach(async () => {
  await killCommands();
  await servicesDown({ config: readConfig({ TRUYVET_DATA: dataDir }) });
  rmSync(dataDir, { recursive: true, force: true });
});

function demo(options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Command {
  const install = process.env['CI'] ? [] : ['--no-install'];
  const args = ['run', 'demo', '--', '--people', '100', ...install, ...options];
  return startScript(args, { TRUYVET_DATA: dataDir, TRUYVET_PORT: '0', ...env });
}

/** Runs the demo to its end. @returns its output */
async function shown(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await demo(['--exit'], env).ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.match(/infectious from .*: \d+ F1, \d+ F2$/gm)).toHaveLength(3);
  expect(stdout).toMatch(/Written so far: \d+ messages; the last one:\n {4}to \+84\d\d…: ./);
  expect(stdout).toMatch(/is no longer a case: 0 F1, 0 F2$/m);
  expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  return stdout;
}

async function states(): Promise<string[]> {
  return (await servicesStatus({ config: readConfig({ TRUYVET_DATA: dataDir }) })).map(({ state }) => state);
}

describe('npm run demo', () => {
  it('shows the main work from end to end, and the commands that it suggests next work', async () => {
    const stdout = await shown();
    const next = stdout.slice(stdout.indexOf('Where to look next'));
    const commands = [...next.matchAll(/npx truyvet (.+?)(?: {2,}|$)/gm)].map(([, command]) => command?.split(' '));
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      expect(await runCommand(command ?? [], { TRUYVET_DATA: dataDir })).toMatchObject({ code: 0 });
    }
  });

  if (demoNodes > 0) {
    const said = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
    const { status, stdout } = said(process.execPath, 'scripts/other-node.mjs');
    const other = stdout.trim();

    if (status !== 0) it.skip(`works on another version of Node (skipped: ${other})`, () => {});
    else {
      const version = said(other, '--version').stdout.trim();
      it(`works on Node ${version}, too`, async () => {
        const PATH = [dirname(other), process.env['PATH']].join(delimiter);
        // What npm's scripts get as `node`.
        const node = await startScript(['exec', '--call', 'node --version'], { PATH }).ended;
        expect(node).toMatchObject({ code: 0, stdout: `${version}\n` });
        expect(version).not.toBe(process.version);
        await shown({ PATH });
      });
    }
  }

  it('stops everything if it is stopped in the middle', async () => {
    const running = demo();
    await running.printed('3. Three positive results');
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it.each(['EVENTSTORE_URL', 'NEO4J_URL', 'REDIS_URL', 'TRUYVET_MASTER_KEY'])(
    'refuses to touch the services that %s refers to',
    async (variable) => {
      const ended = await runCommand(['demo'], { TRUYVET_DATA: dataDir, [variable]: 'somewhere' });
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(variable) });
    },
  );
});
