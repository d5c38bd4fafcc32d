import { anyStream } from '../support/events.js';
import { CATALOGUE } from '../support/catalogue.js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { ImportSummary } from '../../src/intake/import-rows.js';
import { EventStoreClient } from '../../src/event-log/eventstore-client.js';
import { killCommands, runCommand, startCommand } from '../support/command.js';
import { rowsToStop } from '../support/sizes.js';
import { testServices } from '../support/services.js';

jest.setTimeout(120_000);

let folder: string;
let store: EventStoreClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truyvet-import-'));
  store = new EventStoreClient((await testServices()).eventStoreUrl, CATALOGUE);
}, 300_000);
afterAll(killCommands);
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function count(stream: string): Promise<number> {
  let events = 0;
  for await (const _ of store.read(anyStream(stream))) events++;
  return events;
}

/** Rows for so many people, one visit a minute, with ids that no other run uses. Returns the people's ids too. */
async function manyVisits(name: string, rows: number, people: number): Promise<{ path: string; ids: string[] }> {
  const path = join(folder, name);
  // In letters, because digits might look like a phone number and be refused.
  const run = randomUUID()
    .slice(0, 8)
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)));
  const out = createWriteStream(path);
  out.write('person_id,place_id,arrived_at,left_at\n');
  for (let i = 0; i < rows; i++) {
    const at = new Date(Date.UTC(2021, 7, 1) + i * 1000).toISOString();
    if (!out.write(`${run}-${i % people},c${i % 97},${at},\n`))
      await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  await finished(out.end());
  return { path, ids: Array.from({ length: people }, (_, i) => `${run}-${i}`) };
}

describe('npx truyvet import', () => {
  const header = 'person_id,place_id,arrived_at,left_at\n';

  it('imports a file, reports the number of rows, and exits with 0; the second time nothing changes', async () => {
    const id = randomUUID();
    const path = file('good.csv', `${header}${id},cafe,2021-08-01T09:00:00Z,\n${id},bar,2021-08-01T10:00:00Z,\n`);
    const first = await runCommand(['import', 'check-ins', path]);

    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/^good\.csv: 2 rows read, 2 accepted, 0 rejected, in /);
    expect(await runCommand(['import', 'check-ins', path])).toMatchObject({ code: 0 });
    expect(await count(`presence-${id}-202108`)).toBe(2);
  });

  it('takes two scans within the minutes that the installation sets as one visit, as over HTTP', async () => {
    const id = randomUUID();
    const rows = [
      `${id},cafe,2021-08-01T09:00:00Z,`,
      `${id},cafe,2021-08-01T09:04:00Z,`,
      `${id},bar,2021-08-01T09:05:00Z,`,
    ];
    const path = file('scans.csv', `${header}${rows.join('\n')}\n`);
    const env = { ...process.env, TRUYVET_DOUBLE_SCAN_MINUTES: '5' };
    expect(await runCommand(['import', 'check-ins', path], env)).toMatchObject({ code: 0 });
    expect(await count(`presence-${id}-202108`)).toBe(2);
  });

  it('puts bad rows aside, shows the first, exits with 2, and accepts them after correction', async () => {
    const id = randomUUID();
    const path = file('bad.csv', `${header}${id},cafe,2021-08-01,\n${id},bar,2021-08-01T10:00:00Z,\n`);
    const { code, stdout, stderr } = await runCommand(['import', 'check-ins', path]);

    expect(code).toBe(2);
    expect(stdout).toContain('1 rejected');
    expect(stdout).toContain(`${path}.rejects.csv`);
    expect(stderr).toContain('Line 2: arrived_at is a date without a time');
    const rejects = readFileSync(`${path}.rejects.csv`, 'utf8');
    const corrected = file('corrected.csv', rejects.replace('2021-08-01,', '2021-08-01T09:00:00Z,'));
    expect(await runCommand(['import', 'check-ins', corrected])).toMatchObject({ code: 0 });
    expect(existsSync(`${corrected}.rejects.csv`)).toBe(false);
    expect(await count(`presence-${id}-202108`)).toBe(2);
  });

  it('reads JSON lines from standard input and prints its summary as JSON', async () => {
    const id = randomUUID();
    const line = JSON.stringify({ person_id: id, started_at: '2021-08-01 09:00' });
    const args = ['import', 'isolations', '-', '--ndjson', '--json', '--rejects', join(folder, 'stdin.rejects')];
    const { code, stdout } = await runCommand(args, { TRUYVET_ZONE: 'Asia/Tokyo' }, `${line}\n`);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'isolations',
      rows: 1,
      new: 1,
      zone_assumed: 1,
      zone: 'Asia/Tokyo',
    });
    for await (const { data } of store.read(anyStream(`person-${id}`))) {
      expect(data).toMatchObject({ startedAt: '2021-08-01T00:00:00Z' });
    }
  });

  it.each([
    [['import', 'visits', 'x.csv'], /people.*check-ins/],
    [['import', 'check-ins', 'no-such-file.csv'], /There is no file no-such-file\.csv/],
    [['import', 'check-ins', 'src'], /is a folder/],
  ])('%j fails with a plain sentence', async (args, message) => {
    const { code, stderr } = await runCommand(args);

    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('refuses a file with a wrong header', async () => {
    const { code, stderr } = await runCommand([
      'import',
      'check-ins',
      file('head.csv', 'person,place_id,arrived_at\n'),
    ]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/lacks the columns person_id, left_at.*person/);
  });

  /** Enough rows that some are still being stored when a busy machine sends the signal. */
  const MANY = rowsToStop;

  it('stops at a signal, reports what is stored, and the same command then completes it', async () => {
    const { path, ids } = await manyVisits('stopped.csv', MANY, 2_000);
    const stopped = startCommand(['import', 'check-ins', path, '--json']);
    const first = `presence-${ids[0]}-202108`;
    while ((await count(first)) === 0 && stopped.process.exitCode === null);
    stopped.process.kill('SIGTERM');
    const { code, stdout } = await stopped.ended;
    const summary = JSON.parse(stdout) as ImportSummary;

    expect(code).toBe(130);
    expect(summary).toMatchObject({ stopped: true, rejected: 0 });
    expect(summary.accepted).toBeLessThan(MANY);
    expect(await runCommand(['import', 'check-ins', path])).toMatchObject({ code: 0 });
    for (const id of [ids[0], ids[777], ids[1999]]) expect(await count(`presence-${id}-202108`)).toBe(MANY / 2_000);
  }, 600_000);

  it('needs no more memory for a long file', async () => {
    const { path } = await manyVisits('long.csv', 100_000, 500);
    // Without limits, the rows alone would take more than this heap.
    const env = { NODE_OPTIONS: '--max-old-space-size=112' };
    const { code, stdout } = await runCommand(['import', 'check-ins', path], env);

    expect(stdout).toContain('100000 accepted');
    expect(code).toBe(0);
  }, 600_000);
});

describe('npx truyvet profiles', () => {
  it('lists, shows and adds, and its output can be added under another id', async () => {
    const id = `own-${randomUUID().slice(0, 8)}`;
    const shown = await runCommand(['profiles', 'show', 'covid-19-vn-5053', '--json']);
    const profile = { ...(JSON.parse(shown.stdout) as object), id, disease: `x-${id}`, minimum_minutes: 15 };
    const path = file('profile.json', JSON.stringify(profile));

    expect((await runCommand(['profiles', 'add', path])).stdout).toContain(`Added ${id}, version 1`);
    expect((await runCommand(['profiles', 'add', path])).stdout).toContain('nothing was added');
    const listed = (await runCommand(['profiles', 'list'])).stdout;
    expect(listed).toMatch(new RegExp(`\\* covid-19-vn-5053[^]*\\* ${id}`));
    expect(listed).toMatch(/^ {2}covid-19-us-cdc/m);
    const again = await runCommand(['profiles', 'show', id, '--json']);
    expect(JSON.parse(again.stdout)).toEqual({ ...profile, version: 1 });
    expect((await runCommand(['profiles', 'show', id])).stdout).toContain('at least 15 minutes');
  });

  it('marks those of the configured authority, and refuses one without any profile', async () => {
    const listed = await runCommand(['profiles', 'list', '--json'], { TRUYVET_AUTHORITY: 'us-cdc' });
    const covid = (JSON.parse(listed.stdout) as { id: string; disease: string; in_use: boolean }[]).filter(
      ({ disease }) => disease === 'covid-19',
    );
    expect(covid.filter(({ in_use: inUse }) => inUse).map(({ id }) => id)).toEqual(['covid-19-us-cdc']);

    const refused = await runCommand(['profiles', 'list'], { TRUYVET_AUTHORITY: 'nowhere' });
    expect(refused).toMatchObject({
      ...{ code: 1, stderr: expect.stringMatching(/TRUYVET_AUTHORITY is nowhere[^]*us-cdc[^]*vn/) },
    });
  });

  it('adds nothing for a built-in file, and refuses a wrong one by the field', async () => {
    const shown = await runCommand(['profiles', 'show', 'covid-19-vn-5053', '--json']);
    const same = await runCommand(['profiles', 'add', file('same.json', shown.stdout)]);
    expect(same).toMatchObject({ code: 0 });
    expect(same.stdout).toContain('nothing was added');

    const wrong = shown.stdout.replace('"minimum_minutes": 0', '"minimum_minutes": "0"');
    const refused = await runCommand(['profiles', 'add', file('wrong.json', wrong)]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('minimum_minutes');
  });
});
