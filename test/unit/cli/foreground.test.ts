import { describe, expect, it } from '@jest/globals';
import { closeAll, unlessStopping, untilStopped } from '../../../src/cli/foreground.js';

describe('Parts that are closed', () => {
  const closed: string[] = [];
  const part = (name: string, failure?: Error) => ({
    close: async () => {
      closed.push(name);
      if (failure) throw failure;
    },
  });

  it('are all closed in order even if some fail, and the first failure is reported', async () => {
    const parts = [part('api', new Error('first')), part('worker', new Error('second')), part('services')];
    await expect(closeAll(parts)).rejects.toThrow('first');
    expect(closed.splice(0)).toEqual(['api', 'worker', 'services']);
  });

  it('are closed at once if the signal arrived before they were awaited', async () => {
    await untilStopped([part('api')], () => undefined, { stop: AbortSignal.abort() });
    expect(closed.splice(0)).toEqual(['api']);
  });
});

describe('What a start waits for', () => {
  const forever = new Promise<void>(() => undefined);

  it('is left when the process has to stop', async () => {
    const stopping = new AbortController();
    const waiting = unlessStopping(forever, stopping.signal);
    stopping.abort();
    await waiting;
    await unlessStopping(forever, stopping.signal);
  });

  it('ends the wait, and is reported if it fails', async () => {
    const { signal } = new AbortController();
    await unlessStopping(Promise.resolve(), signal);
    await expect(unlessStopping(Promise.reject(new Error('it failed')), signal)).rejects.toThrow('it failed');
  });
});
