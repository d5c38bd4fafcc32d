import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../../src/kernel/errors.js';
import { keepUp, type Care } from '../../../src/entrypoints/keep-up.js';
import type { Config } from '../../../src/platform/config.js';
import type { ServiceName } from '@truyvet/local-services';

const config = {} as Config;

/** Runs until this many starts were requested. */
async function watch(starts: number, care: Partial<Care> & Pick<Care, 'start'>) {
  const said: string[] = [];
  const at: number[] = [];
  let enough = (): void => {};
  const done = new Promise<void>((resolve) => (enough = resolve));
  const part = keepUp(
    { config, say: (line) => said.push(line) },
    {
      died: () => Promise.resolve<ServiceName[]>(['redis']),
      ...care,
      start: async (name, stop) => {
        at.push(performance.now());
        if (at.length === starts) enough();
        await care.start(name, stop);
      },
    },
    { lookEvery: 5, longestWait: 40 },
  );
  await done;
  await part.close();
  return { said, waits: at.slice(1).map((each, i) => each - (at[i] ?? 0)) };
}

describe('A service that died under npm start', () => {
  it('is started again, and this is reported', async () => {
    let died: ServiceName[] = ['neo4j'];
    const { said } = await watch(1, {
      died: () => Promise.resolve(died),
      start: () => {
        died = [];
        return Promise.resolve();
      },
    });
    expect(said).toEqual(['Neo4j stopped unexpectedly: starting it again']);
  });

  it('that keeps dying is started after longer and longer waits, and the reason is reported', async () => {
    const start = () => Promise.reject(new UserError('its journal is damaged', 'Remove its folder.'));
    const { said, waits } = await watch(5, { start });
    expect(waits[0]).toBeGreaterThanOrEqual(9);
    expect(waits[1]).toBeGreaterThanOrEqual(19);
    expect(waits[2]).toBeGreaterThanOrEqual(39);
    expect(said.slice(0, 4)).toEqual([
      'Redis stopped unexpectedly: starting it again',
      'Redis does not start: its journal is damaged',
      'Remove its folder.',
      'Redis stopped unexpectedly: starting it again (try 2)',
    ]);
  });

  it('is checked again if it cannot be checked', async () => {
    let looks = 0;
    const died = () =>
      ++looks < 3 ? Promise.reject(new Error('no state')) : Promise.resolve<ServiceName[]>(['redis']);
    expect((await watch(1, { died, start: () => Promise.resolve() })).said).toHaveLength(1);
  });

  it('is not waited for when everything has to stop', async () => {
    const start = (_name: ServiceName, stop: AbortSignal) =>
      new Promise<void>((_, reject) => stop.addEventListener('abort', () => reject(stop.reason as Error)));
    expect((await watch(1, { start })).said).toEqual(['Redis stopped unexpectedly: starting it again']);
  });
});
