import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventLogNode, startEventLogNode } from '@truyvet/event-log-node/server';
import { killCommands, runCommand } from '../support/command.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-clock-'));
const people = join(folder, 'people.csv');
let node: EventLogNode;

beforeAll(async () => {
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
  writeFileSync(people, 'person_id,name,phone\nan,An,0912345671\n');
});
afterAll(async () => {
  await killCommands();
  await node.close();
  rmSync(folder, { recursive: true });
});

const truyvet = (clock: string | undefined, ...args: string[]) =>
  runCommand(args, {
    TRUYVET_DATA: join(folder, 'data'),
    EVENTSTORE_URL: node.connectionString(),
    TRUYVET_CLOCK: clock,
  });

describe('Commands under a clock that contradicts the log', () => {
  it('accept nothing before somebody confirms the clock, and then everything from processes with that clock, and no others', async () => {
    expect(await truyvet(undefined, 'import', 'people', people)).toMatchObject({ code: 0 });

    const refused = await truyvet('+8d', 'import', 'people', people);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^The clock is in doubt: it says .*, 8 days later than the last event of the log/m);
    expect(refused.stderr).toContain('npx truyvet clock confirm --by NAME --reason TEXT');

    const order = ['--by', 'Lan', '--reason', 'the office was shut'];
    expect((await truyvet('+8d', 'clock', 'confirm', ...order)).stdout).toMatch(/^Confirmed: it is /);
    const shown = JSON.parse((await truyvet('+8d', 'clock', '--json')).stdout) as { doubt: unknown };
    expect(shown.doubt).toBeNull();
    expect(await truyvet('+8d', 'import', 'people', people)).toMatchObject({ code: 0 });
    // The log's own clock continued as before, so the confirmation still applies, and this clock is behind it.
    const behind = await truyvet(undefined, 'import', 'people', people);
    expect(behind).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/in doubt: it says .* earlier than the last/),
    });
  }, 120_000);
});
