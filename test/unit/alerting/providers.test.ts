import { describe, expect, it } from '@jest/globals';
import { NotNotedYet } from '../../../src/delivery/purposes.js';
import { noteReport } from '../../../src/delivery/reports.js';
import { PURPOSES } from '../../support/purposes.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { RememberingProvider } from './remembering-provider.js';
import { AlertingRig } from './rig.js';

const A = '+84900000001';
const KNOWING = { repeats: true, fates: true };
const NOTHING = { repeats: false, fates: false };
/** Milliseconds after which no process can still be handing a message over. */
const LATER = 91_000;

async function rigWith(...providers: RememberingProvider[]): Promise<AlertingRig> {
  const rig = new AlertingRig(new MemoryEventStore(), providers);
  await rig.register('an', A);
  await rig.confirm();
  return rig;
}
const provider = (name: string, knows = KNOWING) => new RememberingProvider({ name, knows });
const passTime = (rig: AlertingRig) => (rig.now += LATER);

describe('Several providers', () => {
  it('replace one that refuses, and the log says who did what', async () => {
    const [first, second] = [provider('first'), provider('second')];
    const rig = await rigWith(first, second);
    first.down = true;
    await rig.trace({ an: 1 });
    await rig.drain();
    expect([first, second].map(({ messages }) => messages.length)).toEqual([0, 1]);
    const told = rig.store.all.filter(({ stream }) => /^(alert|message)-/.test(stream));
    expect(told.map(({ type, data }) => [type, (data as { provider?: string }).provider])).toEqual([
      ['AlertRequested', undefined],
      ['MessageDue', undefined],
      ['MessageHandedToProvider', 'first'],
      ['MessageNotAccepted', 'first'],
      ['MessageHandedToProvider', 'second'],
      ['MessageSent', 'second'],
      ['AlertSent', 'second'],
    ]);
  });

  it('return to the first one if all refuse, and report it to nobody twice', async () => {
    const providers = [provider('first'), provider('second')];
    const rig = await rigWith(...providers);
    for (const each of providers) each.down = true;
    await rig.trace({ an: 1 });
    await rig.react();
    for (let round = 0; round < 5; round++) {
      await rig.run([...rig.jobs.keys()]);
      await rig.react();
    }
    expect(rig.sentTo(A)).toEqual([]);
    (providers[0] as RememberingProvider).down = false;
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
  });

  it('leave alone one that keeps failing, and hand nothing over to it meanwhile', async () => {
    const [first, second] = [provider('first'), provider('second')];
    const rig = await rigWith(first, second);
    first.down = true;
    const people = Array.from({ length: 40 }, (_, i) => `person ${i}`);
    for (const [i, person] of people.entries()) await rig.register(person, `+8490100${1000 + i}`);
    await rig.trace(Object.fromEntries(people.slice(0, 20).map((person) => [person, 1 as const])));
    await rig.drain();
    const before = rig.store.all.length;
    await rig.trace(Object.fromEntries(people.map((person) => [person, 1 as const])));
    await rig.drain();
    expect(second.messages).toHaveLength(40);
    const since = rig.store.all.slice(before);
    expect(since.filter(({ type, data }) => type === 'MessageHandedToProvider' && data.provider === 'first')).toEqual(
      [],
    );
  });

  it('take over nothing from one that may be sending at this moment, and do so when that is over', async () => {
    const [first, second] = [provider('first'), provider('second')];
    const rig = await rigWith(first, second);
    await rig.trace({ an: 1 });
    first.loses = 'unsent';
    rig.before('MessageNotAccepted', '', async () => {
      throw new Error('killed');
    });
    await rig.react();
    await rig.run(rig.queued('plan'));
    await rig.react();
    await expect(rig.run([...rig.jobs.keys()])).rejects.toThrow('killed');
    await rig.run([...rig.jobs.keys()]);
    expect(rig.sentTo(A)).toEqual([]);
    passTime(rig);
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
  });
});

describe('A message that was sent before anybody could note it for its alert', () => {
  it.each([
    ['is not sent again', undefined, 'sent'],
    ['and arrived is known to have arrived', 'network-delivered' as const, 'delivered'],
    ['and did not arrive asks for a visit', 'failed' as const, 'failed'],
  ])('%s', async (_, reported, status) => {
    const [first, second] = [provider('first', NOTHING), provider('second', NOTHING)];
    const rig = await rigWith(first, second);
    await rig.trace({ an: 1 });
    rig.before('AlertSent', '', async () => {
      throw new Error('killed');
    });
    await expect(rig.drain()).rejects.toThrow('killed');
    rig.restart();
    const due = rig.store.all.find((event) => event.type === 'MessageDue')?.data;
    if (!due) throw new Error('nothing was due');
    const graph = { messageByReference: async () => ({ ...due, noted: due }) };
    const report = { provider: 'first', reference: '1', detail: 'absent' };
    const told = async () => reported && noteReport(rig.store, graph, PURPOSES, { ...report, status: reported });
    // A report that its alert does not know yet is retried.
    if (reported) await expect(told()).rejects.toThrow(NotNotedYet);
    await rig.drain();
    expect(rig.alerts('an').at(-1)?.status).toBe(status);
    await told();
    expect(rig.alerts('an').at(-1)?.status).toBe(status);
    expect(rig.sentTo(A)).toHaveLength(1);
  });
});

describe('A message whose answer was lost', () => {
  it.each(['sent', 'unsent'] as const)('is sent once if it was %s by a provider that can be asked', async (loses) => {
    const providers = [provider('first'), provider('second')];
    const rig = await rigWith(...providers);
    (providers[0] as RememberingProvider).loses = loses;
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.alerts('an').at(-1)?.status).toBe('sent');
  });

  it('is sent again to a provider that recognises repeats, whatever others there are', async () => {
    const first = new RememberingProvider({ name: 'first', knows: { repeats: true, fates: false }, once: true });
    const second = provider('second');
    const rig = await rigWith(first, second);
    first.loses = 'sent';
    await rig.trace({ an: 1 });
    await rig.drain();
    expect([first, second].map(({ messages }) => messages.length)).toEqual([1, 0]);
    expect(rig.alerts('an').at(-1)?.status).toBe('sent');
  });

  it.each([
    ['is sent again on the same day', 0, 'sent', 1],
    ['is left to a visit on the next day', 24, 'failed', 1],
  ])('%s to a provider that recognises repeats of a day', async (_, hours, status, messages) => {
    const only = new RememberingProvider({
      name: 'only',
      knows: { repeats: true, ofTheDay: true, fates: false },
      once: true,
    });
    const rig = await rigWith(only);
    only.loses = 'sent';
    await rig.trace({ an: 1 });
    while (only.loses !== undefined) {
      await rig.react();
      await rig.run([...rig.jobs.keys()]);
    }
    const noted = rig.store.all.findLast(({ type }) => type === 'MessageHandedToProvider');
    rig.now = (noted?.recordedAt.getTime() ?? 0) + hours * 3_600_000;
    await rig.drain();
    expect(rig.alerts('an').at(-1)?.status).toBe(status);
    expect(rig.sentTo(A)).toHaveLength(messages);
  });

  it.each(['sent', 'unsent'] as const)(
    'asks for a visit if it was %s by a provider that knows nothing',
    async (loses) => {
      const only = provider('only', NOTHING);
      const rig = await rigWith(only);
      only.loses = loses;
      await rig.trace({ an: 1 });
      await rig.drain();
      expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'failed', failure: 'uncertain' });
      expect(rig.sentTo(A)).toHaveLength(loses === 'sent' ? 1 : 0);
    },
  );

  it.each([
    ['could be asked', { repeats: false, fates: true }, []],
    ['only recognises repeats', { repeats: true, fates: false }, ['withdrawal']],
    ['knows nothing', NOTHING, ['withdrawal']],
  ])(
    'is taken back, unless it certainly was not sent, if its case was none: by a provider that %s',
    async (_, knows, then) => {
      const [only, other] = [provider('only', knows), provider('other')];
      const rig = await rigWith(only, other);
      only.loses = 'unsent';
      await rig.trace({ an: 1 });
      while (only.loses !== undefined) {
        await rig.react();
        await rig.run([...rig.jobs.keys()]);
      }
      await rig.retract();
      passTime(rig);
      await rig.drain();
      expect([...only.messages, ...other.messages].map(({ id }) => id.replace(/^.*-/, ''))).toEqual(then);
    },
  );

  it('is sent again if that was chosen, at the risk of a duplicate', async () => {
    const only = provider('only', NOTHING);
    only.whenUncertain = 'at-least-once';
    const rig = await rigWith(only);
    only.loses = 'unsent';
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
  });
});
