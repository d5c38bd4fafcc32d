import { expect, it } from '@jest/globals';
import { gateOf } from '../../../src/contact-graph/gate.js';
import { GraphWatch } from '../../../src/contact-graph/graph-watch.js';
import { answeringGraph } from '../../support/answering-graph.js';

it('A graph that has been behind the log without progress for a minute is unreliable, until it moves again', async () => {
  const driver = answeringGraph(() => []);
  gateOf(driver).configure({ patience: 0 });
  let [now, behind] = [0, true];
  const store = { isBehind: () => Promise.resolve(behind) };
  const watch = new GraphWatch(driver, store, ['CheckedIn'], () => now);
  try {
    expect(await watch.look()).toMatchObject({
      standsStill: 0,
      degraded: expect.stringContaining('not been prepared'),
    });
    now = 59_999;
    expect(await watch.look()).not.toHaveProperty('down');
    now = 60_000;
    expect(await watch.look()).toMatchObject({ standsStill: 60, down: expect.stringContaining('for 60 s') });
    behind = false;
    expect(await watch.look()).toMatchObject({
      standsStill: 0,
      degraded: expect.stringContaining('not been prepared'),
    });
  } finally {
    watch.close();
  }
});
