import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { runRequest } from '../../../src/cli/run-request.js';
import { settingsOnly } from '../../../src/entrypoints/contexts.js';
import { verifyLog } from '../../../src/operations/installation-requests.js';
import { readConfig } from '../../../src/platform/config.js';
import { Store } from '@truyvet/event-log-node/store';
import { append, idOf, inFolder, proposed } from '../../../packages/event-log-node/test/harness.js';

let printed: string[];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function written(dir: string, from: number, to: number): Promise<void> {
  const store = await Store.open(dir);
  for (let i = from; i < to; i++) await append(store, 'people', [proposed(idOf(i))]);
  await store.close();
}

/** Runs `log verify`, which prints its answer. */
async function verify(options: { data: string; head?: string[] }, json = false): Promise<void> {
  const context = settingsOnly(readConfig({})).for({ source: 'cli' });
  await runRequest(verifyLog, {}, options, json, (_, use) => use(context, { zone: 'UTC' }));
}

/** Verifies a folder and returns the head that is printed to be kept. */
async function headOf(data: string): Promise<string> {
  printed = [];
  await verify({ data });
  const [, head = ''] = /log verify --data COPY --head (\S+)$/m.exec(printed.join('\n')) ?? [];
  return head;
}

describe('A stored head of the chain', () => {
  it('matches the log of which it was printed, even after that has grown', async () => {
    await inFolder(async (dir) => {
      await written(dir, 0, 3);
      const early = await headOf(dir);
      await written(dir, 3, 5);
      const last = await headOf(dir);
      expect(early).not.toBe(last);
      await verify({ data: dir, head: [early, last.toUpperCase()] });
      expect(printed.filter((line) => line.startsWith('It has everything'))).toHaveLength(2);
      await verify({ data: dir, head: [early] }, true);
      expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ standings: [{ standing: 'same' }] });
    });
  });

  it('fails for an older copy of the log with unchanged contents', async () => {
    await inFolder(async (dir) => {
      const [live, copy] = [join(dir, 'live'), join(dir, 'copy')];
      await written(live, 0, 3);
      cpSync(live, copy, { recursive: true });
      await written(live, 3, 5);
      const head = await headOf(live);
      await expect(verify({ data: copy, head: [head] })).rejects.toMatchObject({
        message: expect.stringMatching(/does not match head \d+\.$/),
        fix: expect.stringContaining('older copy'),
      });
      expect(printed).toContain('The whole log is as it was written.');
      expect(printed).toContainEqual(expect.stringMatching(/^It is shorter than before: it ends before head \d+\.$/));
      // A log that has grown beyond that number again is another log.
      await written(copy, 10, 14);
      await expect(verify({ data: copy, head: [head] })).rejects.toThrow(/does not match head/);
      expect(printed).toContainEqual(expect.stringMatching(/^It has other content than .* up to head \d+\.$/));
    });
  });

  it('is refused if it holds a character that is not text', async () => {
    await expect(verify({ data: 'nowhere', head: ['7:\u001b[2J'] })).rejects.toThrow(/^--head .* \(U\+001B\)/);
  });

  it.each(['7', `7:${'f'.repeat(63)}`, `-1:${'f'.repeat(64)}`])('is refused if it is %j', async (head) => {
    await expect(verify({ data: 'nowhere', head: [head] })).rejects.toMatchObject({
      message: expect.stringMatching(/^--head is "[ -~]*", not a number and a hash/),
      fix: expect.stringContaining('--head NUMBER:HASH'),
    });
  });
});
