import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, servicesStatus } from '@truyvet/local-services';
import { killCommands, runCommand, startScript, type Command } from '../support/command.js';

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

function demo(...options: string[]): Command {
  const install = process.env['CI'] ? [] : ['--no-install'];
  const args = ['run', 'demo', '--', '--people', '100', ...install, ...options];
  return startScript(args, { TRUYVET_DATA: dataDir, TRUYVET_PORT: '0' });
}

async function states(): Promise<string[]> {
  return (await servicesStatus({ config: readConfig({ TRUYVET_DATA: dataDir }) })).map(({ state }) => state);
}

describe('npm run demo', () => {
  it('shows the main work from end to end, and the commands that it suggests next work', async () => {
    const { code, stdout, stderr } = await demo('--exit').ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.match(/infectious from .*: \d+ F1, \d+ F2$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/Written so far: \d+ messages; the last one:\n {4}to \+84\d\d…: ./);
    expect(stdout).toMatch(/is no longer a case: 0 F1, 0 F2$/m);
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);

    const next = stdout.slice(stdout.indexOf('Where to look next'));
    const commands = [...next.matchAll(/npx truyvet (.+?)(?: {2,}|$)/gm)].map(([, command]) => command?.split(' '));
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      expect(await runCommand(command ?? [], { TRUYVET_DATA: dataDir })).toMatchObject({ code: 0 });
    }
  });

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
