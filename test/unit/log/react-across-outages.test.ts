import { describe, expect, it } from '@jest/globals';
import { RecentCheckpoints } from '../../../src/log/react-across-outages.js';
import type { Checkpoints } from '../../../src/log/reactor.js';
import type { Position } from '../../../src/log/event-store.js';

const at = (commit: number): Position => ({ commit: BigInt(commit), prepare: BigInt(commit) });

function rig(first?: Position) {
  let stored = first;
  let now = 1_000_000;
  const inner: Checkpoints = {
    load: () => Promise.resolve(stored),
    save: (_name, position) => {
      stored = position;
      return Promise.resolve();
    },
  };
  return {
    checkpoints: new RecentCheckpoints(inner, () => now),
    stored: () => stored,
    lose: (position: Position | undefined) => (stored = position),
    pass: (milliseconds: number) => (now += milliseconds),
    now: () => now,
  };
}

describe('checkpoints that can go back', () => {
  it('load and save as those they stand on while nothing is lost', async () => {
    const { checkpoints, stored } = rig(at(5));
    expect(await checkpoints.load('x')).toEqual(at(5));
    await checkpoints.save('x', at(6));
    expect(stored()).toEqual(at(6));
    expect(await checkpoints.load('x')).toEqual(at(6));
  });

  it('go back to where the reader stood at a time, and save nothing before that', async () => {
    const { checkpoints, pass, now, stored } = rig(at(5));
    await checkpoints.load('x');
    for (let second = 1; second <= 30; second++) {
      pass(1_000);
      await checkpoints.save('x', at(100 + second));
    }
    checkpoints.rewind(now() - 10_000);
    await checkpoints.save('x', at(999));
    expect(stored()).toEqual(at(130));
    expect(await checkpoints.load('x')).toEqual(at(120));
    await checkpoints.save('x', at(121));
    expect(stored()).toEqual(at(121));
  });

  it('go back to where the reader began when it has not run for so long', async () => {
    const { checkpoints, pass, now } = rig(at(5));
    await checkpoints.load('x');
    pass(2_000);
    await checkpoints.save('x', at(50));
    checkpoints.rewind(now() - 10_000);
    expect(await checkpoints.load('x')).toEqual(at(5));
  });

  it('go back as far as what was kept, when that lost more', async () => {
    const { checkpoints, pass, now, lose } = rig(at(5));
    await checkpoints.load('x');
    for (let second = 1; second <= 30; second++) {
      pass(1_000);
      await checkpoints.save('x', at(100 + second));
    }
    lose(undefined);
    checkpoints.rewind(now() - 10_000);
    expect(await checkpoints.load('x')).toBeUndefined();
  });
});
