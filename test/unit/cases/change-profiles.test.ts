import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { agreed, type ChangeOptions } from '../../../src/cases/change-profiles.js';

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

/** Somebody at a terminal who types this; what they are asked is put before it. */
async function typing(answer: string, options: ChangeOptions = {}): Promise<{ on: boolean; asked: string }> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let asked = '';
  output.on('data', (text: Buffer) => (asked += text.toString()));
  input.write(`${answer}\n`);
  const on = await agreed('add mine', 'covid-19', CHANGES, true, options, { input, output });
  return { on, asked };
}

/** As under cron, or behind a pipe. */
const nobody = () => ({ input: new PassThrough(), output: new PassThrough() });
const given = (options: ChangeOptions, asks = true) => agreed('add mine', 'covid-19', CHANGES, asks, options, nobody());

describe('A change of the rules that count now', () => {
  it.each(['y', 'Yes', ' YES '])('is made once somebody who was told of it answers "%s"', async (answer) => {
    const { on, asked } = await typing(answer);
    expect({ on, out }).toEqual({ on: true, out: [SAID] });
    expect(asked).toContain('Go on and add mine? [y/N]');
  });

  it.each(['', 'n', 'no', 'yesterday'])('is not made after "%s", and that is said', async (answer) => {
    expect((await typing(answer)).on).toBe(false);
    expect(out).toEqual([SAID, 'Nothing was changed.']);
  });

  it('is refused where nobody can be asked, with the way to say that it is meant', async () => {
    await expect(given({})).rejects.toMatchObject({
      message: 'Nothing was changed: to add mine would put other rules in the place of those that count now.',
      fix: expect.stringContaining('--yes'),
    });
    expect(out).toEqual([SAID]);
  });

  it('is made unasked with --yes, and told all the same', async () => {
    expect(await given({ yes: true })).toBe(true);
    expect(out).toEqual([SAID]);
  });

  it('is only told with --dry-run, also beside --yes', async () => {
    expect(await given({ dryRun: true, yes: true })).toBe(false);
    expect(out).toEqual([SAID]);
  });

  it('stands in JSON beside --dry-run, and beside the JSON of what was done otherwise', async () => {
    expect(await given({ dryRun: true, json: true })).toBe(false);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([{ changes: CHANGES }]);
    out = [];
    expect(await given({ yes: true, json: true })).toBe(true);
    expect({ out, beside }).toEqual({ out: [], beside: [SAID] });
  });

  it('needs nobody where it takes the place of no rules', async () => {
    expect(await given({}, false)).toBe(true);
  });
});
