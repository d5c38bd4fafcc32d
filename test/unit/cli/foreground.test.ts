import { describe, expect, it } from '@jest/globals';
import { closeAll, untilStopped } from '../../../src/cli/foreground.js';

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
