import { describe, expect, it } from '@jest/globals';
import { CountedLog } from './counted-log.js';
import { RememberingProvider } from './remembering-provider.js';
import { AlertingRig } from './rig.js';

/** The reads and appends in the streams of alerts and messages for alerting one contact and then taking that back. */
async function costs(names: readonly string[], gathers: boolean): Promise<{ told: string[]; takenBack: string[] }> {
  const log = new CountedLog();
  const rig = new AlertingRig(
    log,
    names.map((name) => new RememberingProvider({ name })),
  );
  rig.gathers = gathers;
  rig.restart();
  await rig.register('an', '+84900000001');
  await rig.confirm();
  await rig.trace({ an: 1 });
  const counted = async () => {
    await rig.react();
    await rig.run(rig.queued('plan'));
    log.take();
    await rig.drain();
    return log.take().filter((count) => /alert|message/.test(count));
  };
  const told = await counted();
  await rig.retract();
  return { told, takenBack: await counted() };
}

describe('An alert costs', () => {
  it('four appends with its request, and no read of what the appends themselves find out', async () => {
    const log = new CountedLog();
    const rig = new AlertingRig(log);
    await rig.register('an', '+84900000001');
    await rig.confirm();
    await rig.trace({ an: 1 });
    await rig.react();
    log.take();
    await rig.run(rig.queued('plan'));
    expect(log.take().filter((count) => count.startsWith('append'))).toEqual(['append alert 1']);
    await rig.drain();
    const counted = log.take().filter((count) => !/case/.test(count));
    expect(counted).toEqual([
      'append alert 1',
      'append allowance 1',
      'append recipient 1',
      'read alert 2',
      'read person 2',
      'read recipient 1',
    ]);
  });

  it('one append if one provider knows the result of each message: the message has no stream', async () => {
    expect(await costs(['outbox'], false)).toEqual({
      told: ['append alert 1', 'read alert 2'],
      takenBack: ['append alert 1', 'read alert 10', 'read message 1'],
    });
  });

  it('two more with several providers: one for the hand-over, one for the result', async () => {
    expect(await costs(['first', 'second'], false)).toEqual({
      told: ['append alert 1', 'append message 2', 'read alert 2'],
      takenBack: ['append alert 1', 'append message 2', 'read alert 10', 'read message 1'],
    });
  });

  it('one read of the stream of the message if it waited for others, because it may have been tried', async () => {
    expect(await costs(['outbox'], true)).toEqual({
      told: ['append alert 1', 'read alert 4', 'read message 1'],
      takenBack: ['append alert 1', 'read alert 10', 'read message 1'],
    });
  });
});
