import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { changeLines } from '../../../src/cases/profile-lines.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { addProfile } from '../../../src/cases/requests.js';
import { confirmed } from '../../../src/cli/confirm.js';
import { runRequest } from '../../../src/cli/run-request.js';
import { Contexts } from '../../../src/requests/context.js';
import { keysOf } from '../../support/asking.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

interface ChangeOptions {
  yes?: boolean;
  json?: boolean;
}

const CHANGES = [{ from: '2021-08-01', until: null, was: 'covid-19-vn-5053@1', becomes: 'mine@1' }];
const SAID = 'New cases sampled from 2021-08-01 on: mine@1 instead of covid-19-vn-5053@1.';

let out: string[];
let beside: string[];
beforeEach(() => {
  out = [];
  beside = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void beside.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const question = (asks = true) => ({
  what: 'add mine',
  lines: changeLines('covid-19', CHANGES),
  warning: asks ? 'to add mine would replace rules that apply now.' : undefined,
});

/** A person at a terminal types this answer; the result includes the question. */
async function typing(answer: string, options: ChangeOptions = {}): Promise<{ on: boolean; asked: string }> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let asked = '';
  output.on('data', (text: Buffer) => (asked += text.toString()));
  input.write(`${answer}\n`);
  const on = await confirmed(question(), options, { input, output });
  return { on, asked };
}

/** As under cron, or behind a pipe. */
const nobody = () => ({ input: new PassThrough(), output: new PassThrough() });
const given = (options: ChangeOptions, asks = true) => confirmed(question(asks), options, nobody());

describe('A change of the current rules', () => {
  it.each(['y', 'Yes', ' YES '])('is made after the user answers "%s"', async (answer) => {
    const { on, asked } = await typing(answer);
    expect({ on, out }).toEqual({ on: true, out: [SAID] });
    expect(asked).toContain('Go on and add mine? [y/N]');
  });

  it.each(['', 'n', 'no', 'yesterday'])('is not made after "%s", and this is reported', async (answer) => {
    expect((await typing(answer)).on).toBe(false);
    expect(out).toEqual([SAID, 'Nothing was changed.']);
  });

  it('is refused if nobody can be asked, with the way to confirm it', async () => {
    await expect(given({})).rejects.toMatchObject({
      message: 'Nothing was changed: to add mine would replace rules that apply now.',
      fix: expect.stringContaining('--yes'),
    });
    expect(out).toEqual([SAID]);
  });

  it('is made without a question with --yes, and still shown', async () => {
    expect(await given({ yes: true })).toBe(true);
    expect(out).toEqual([SAID]);
  });

  it('is shown beside the JSON of what was done', async () => {
    expect(await given({ yes: true, json: true })).toBe(true);
    expect({ out, beside }).toEqual({ out: [], beside: [SAID] });
  });

  it('needs no confirmation if it replaces no rules', async () => {
    expect(await given({}, false)).toBe(true);
  });
});

describe('profiles add', () => {
  /** Adds a copy of a profile of the program, which it replaces, without anybody to ask for confirmation. */
  async function add(options: Record<string, unknown>, json = false): Promise<MemoryEventStore> {
    const store = new MemoryEventStore();
    const base = { store, ...keysOf(store), zone: 'UTC', authority: 'vn' };
    const context = new Contexts(base).for({ source: 'cli' });
    const folder = mkdtempSync(join(tmpdir(), 'truyvet-profile-'));
    const file = join(folder, 'mine.json');
    const copied = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053');
    writeFileSync(file, JSON.stringify({ ...copied, id: 'mine', authority: 'own' }));
    try {
      await runRequest(addProfile, { file }, options, json, (_, use) => use(context, { zone: 'UTC' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
    return store;
  }

  it('with --dry-run only shows what would change, even with --yes', async () => {
    const store = await add({ dryRun: true, yes: true });
    expect(out).toEqual(Array(3).fill(expect.stringMatching(/^New cases .*: mine@1 instead of covid-19-vn-\d+@1\.$/)));
    expect(store.all).toEqual([]);
  });

  it('with --dry-run and --json prints that as JSON, and nothing else', async () => {
    await add({ dryRun: true }, true);
    const changes = expect.arrayContaining([expect.objectContaining({ becomes: 'mine@1' })]);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ outcome: 'unchanged', id: 'mine', version: null, changes }),
    ]);
    expect(beside).toEqual([]);
  });

  it('with --yes says what changes, and adds it', async () => {
    const store = await add({ yes: true });
    expect(out.slice(3)).toEqual([
      'Added mine, version 1, for covid-19.',
      'To retire it again: npx truyvet profiles retire mine',
    ]);
    expect(store.all).toMatchObject([{ type: 'ProfileAdded', data: { profileId: 'mine' } }]);
  });
});
