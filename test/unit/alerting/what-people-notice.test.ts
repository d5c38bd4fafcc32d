import { describe, expect, it } from '@jest/globals';
import { caseIdOf } from '../../../src/cases/ids.js';
import { RememberingProvider } from './remembering-provider.js';
import { AlertingRig, AT, CASE } from './rig.js';

const [A, B, LANDLINE] = ['+84900000001', '+84900000002', '+842838295555'];
const DAY = 86_400_000;
const OWN = caseIdOf('an', 'covid-19', 0);

async function rigOf(phones: Record<string, string>, providers?: RememberingProvider[]): Promise<AlertingRig> {
  const rig = new AlertingRig(undefined, providers);
  for (const [personId, phone] of Object.entries(phones)) await rig.register(personId, phone);
  await rig.confirm();
  return rig;
}

const found = async (rig: AlertingRig, ...trace: Parameters<AlertingRig['trace']>) => {
  await rig.trace(...trace);
  await rig.drain();
};
const lastDays = (rig: AlertingRig, phone: string) =>
  rig.sentTo(phone).map(({ text }) => /hết ngày (\S+),/.exec(text)?.[1]);
const failures = (rig: AlertingRig, personId: string) => rig.alerts(personId).map(({ failure }) => failure);
/** The exposure was on 5 August: F1 stay at home until the end of 19 August. */
const on = (day: number) => Date.parse(AT) + (day - 5) * DAY;

describe('Nobody gets a message about something that is over', () => {
  it.each([
    [19, ['19/08/2021']],
    [20, []],
  ])('on %i August, for advice until 19 August', async (day, said) => {
    const rig = await rigOf({ an: A });
    rig.now = on(day);
    await found(rig, { an: 1 });
    expect(lastDays(rig, A)).toEqual(said);
    expect(failures(rig, 'an')).toEqual([said.length > 0 ? null : 'too-late']);
  });

  it('if it waited for an operator until then', async () => {
    const rig = await rigOf({ an: A });
    rig.provider.down = true;
    await rig.trace({ an: 1 });
    for (let i = 0; i < 5; i++) {
      await rig.react();
      await rig.run([...rig.jobs.keys()]);
    }
    rig.now = on(20);
    rig.provider.down = false;
    await rig.drain();
    expect(rig.sentTo(A)).toEqual([]);
    expect(failures(rig, 'an')).toEqual(['too-late']);
  });

  it('if it applies to one of several people on a phone, who is not counted', async () => {
    const rig = await rigOf({ an: A, binh: A });
    rig.now = on(21);
    await found(rig, { an: 1, binh: 1 }, CASE, { binh: '2021-08-10T02:00:00Z' });
    expect(rig.sentTo(A).map(({ text }) => /\d+ người/.exec(text)?.[0])).toEqual([undefined]);
    expect(lastDays(rig, A)).toEqual(['24/08/2021']);
  });

  it('nor a message that something over was wrong', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    rig.now = on(20);
    await rig.retract();
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.alerts('an')).toMatchObject([{ withdrawal: 'failed', withdrawalFailure: 'over' }]);
  });
});

describe('A person who is exposed again', () => {
  it('gets a message with the later day, once, and none with an earlier day when that exposure is withdrawn', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    await found(rig, { an: 1 }, CASE, { an: '2021-08-10T02:00:00Z' });
    await found(rig, { an: 1 }, CASE, { an: '2021-08-10T05:00:00Z' });
    await found(rig, { an: 1 }, CASE, { an: AT });
    expect(lastDays(rig, A)).toEqual(['19/08/2021', '24/08/2021']);
  });

  it('gets a message with the later day although no process survived to note that the first message was sent', async () => {
    const rig = await rigOf({ an: A });
    await rig.trace({ an: 1 });
    rig.provider.loses = 'sent';
    for (let i = 0; i < 3; i++) {
      await rig.react();
      await rig.run([...rig.jobs.keys()].slice(0, 1));
    }
    await found(rig, { an: 1 }, CASE, { an: '2021-08-10T02:00:00Z' });
    expect(lastDays(rig, A).at(-1)).toBe('24/08/2021');
  });
});

describe('A mistyped number', () => {
  it('gets nothing more, and the right number gets a message, without being listed as a failure', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    await rig.register('an', B);
    await rig.drain();
    expect([rig.sentTo(A), rig.sentTo(B)].map(({ length }) => length)).toEqual([1, 1]);
    await rig.register('an', B, 'en');
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(1);
  });

  it('is told that its message does not apply when the person is no longer a contact, and so is the right number', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    await rig.register('an', B);
    await rig.drain();
    await found(rig, {});
    for (const phone of [A, B])
      expect(rig.sentTo(phone).map(({ text }) => text)).toEqual([
        expect.stringMatching(/Hãy ở nhà/),
        expect.stringMatching(/không còn áp dụng/),
      ]);
  });
});

describe('A person who is a case of the disease', () => {
  it('gets no message about contact with it, and is not counted on a shared phone', async () => {
    const rig = await rigOf({ an: A, binh: A });
    await rig.confirm(OWN, 'an');
    await found(rig, { an: 1, binh: 1 });
    expect(rig.sentTo(A).map(({ text }) => /\d+ người/.exec(text)?.[0])).toEqual([undefined]);
    expect(failures(rig, 'an')).toEqual(['is-a-case']);
  });

  it('gets a message about an exposure after which a positive sample would be a new illness', async () => {
    const rig = await rigOf({ an: A });
    await rig.confirm(OWN, 'an');
    // The sample was taken on 5 August.
    const [day89, day91] = [89, 91].map(
      (days) => new Date(Date.parse(AT) + days * DAY).toISOString().slice(0, 19) + 'Z',
    );
    rig.now = Date.parse(day91 ?? '');
    await found(rig, { an: 1 }, CASE, { an: day89 ?? '' });
    expect(rig.sentTo(A)).toEqual([]);
    await found(rig, { an: 1 }, CASE, { an: day91 ?? '' });
    expect(rig.sentTo(A)).toHaveLength(1);
  });

  it('is not told that all is well, before their own case was retracted', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    await rig.confirm(OWN, 'an');
    await found(rig, {});
    expect(rig.sentTo(A)).toHaveLength(1);
    await rig.retract(OWN);
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id.endsWith('-withdrawal'))).toEqual([false, true]);
  });
});

describe('If one of two people on a phone is a case by now,', () => {
  it('nobody reads that all is well: the other is informed by a visit, or by a message after the case is retracted', async () => {
    const rig = await rigOf({ an: A, binh: A });
    await found(rig, { an: 1, binh: 1 });
    await rig.confirm(OWN, 'an');
    await found(rig, {});
    expect(rig.sentTo(A)).toHaveLength(1);
    const takenBack = () => ['an', 'binh'].flatMap((each) => rig.alerts(each).map(({ withdrawal }) => withdrawal));
    expect(takenBack()).toContain('failed');
    await rig.retract(OWN);
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id.endsWith('-withdrawal'))).toEqual([false, true]);
    expect(takenBack()).not.toContain('failed');
  });
});

describe('A fixed line', () => {
  it('never gets a message: somebody has to call or visit, until there is another number', async () => {
    const rig = await rigOf({ an: LANDLINE });
    await found(rig, { an: 1 });
    expect(rig.provider.messages).toEqual([]);
    expect(failures(rig, 'an')).toEqual(['no-sms']);
    await rig.register('an', B);
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(1);
  });
});

describe('A phone', () => {
  const flip = async (rig: AlertingRig) => {
    await rig.retract();
    await rig.drain();
    await rig.confirm();
    await found(rig, { an: 1 });
  };

  it('gets at most four messages a day, whatever a laboratory reports and retracts, and on the next morning what is then true', async () => {
    const rig = await rigOf({ an: A });
    rig.phoneDaily = 4;
    rig.restart();
    await found(rig, { an: 1 });
    for (let times = 0; times < 2; times++) await flip(rig);
    // So far: alert, withdrawal, alert, withdrawal; the fifth message has to wait.
    expect(rig.sentTo(A).map(({ id }) => id.endsWith('-withdrawal'))).toEqual([false, true, false, true]);
    expect(failures(rig, 'an').at(-1)).toBe('bound');
    await rig.sweep();
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(4);
    rig.now = on(7) - 3_600_000;
    for (const hours of [-3, 0]) {
      // Messages continue at eight in the morning; now it is a quarter to eight.
      rig.now += hours * 3_600_000;
      await rig.sweep();
      await rig.drain();
    }
    rig.now = on(7);
    await rig.sweep();
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(5);
    expect(rig.sentTo(A).at(-1)?.text).toMatch(/Hãy ở nhà đến hết ngày 19/);
  });

  it('gets on the next morning the withdrawal that the limit postponed', async () => {
    const rig = await rigOf({ an: A });
    rig.phoneDaily = 1;
    rig.restart();
    await found(rig, { an: 1 });
    await found(rig, {});
    expect(rig.alerts('an')).toMatchObject([{ withdrawal: 'failed', withdrawalFailure: 'bound' }]);
    rig.now += DAY;
    await rig.sweep();
    await rig.drain();
    expect(rig.sentTo(A).at(-1)?.text).toMatch(/không còn áp dụng/);
  });

  it('gets nothing about a case that was retracted three times in a day until somebody has checked it', async () => {
    const rig = await rigOf({ an: A });
    await found(rig, { an: 1 });
    for (let times = 0; times < 4; times++) await flip(rig);
    const words = rig.sentTo(A).map(({ id }) => (id.endsWith('-withdrawal') ? 'taken back' : 'told'));
    expect(words).toEqual(['told', 'taken back', 'told', 'taken back', 'told', 'taken back']);
    expect(rig.store.all.findLast(({ type }) => type === 'AlertsHeld')).toMatchObject({
      data: { unlikely: [{ rule: 'flips', number: 4, likely: 2 }] },
    });
  });
});

describe('A message that was only written to a file', () => {
  it('reached nobody if a provider is configured that reaches people', async () => {
    const [gateway, file] = [new RememberingProvider({ name: 'gateway' }), new RememberingProvider({ name: 'file' })];
    const rig = await rigOf({ an: A }, [gateway, file]);
    file.file = true;
    gateway.down = true;
    rig.restart();
    await found(rig, { an: 1 });
    expect(file.messages).toHaveLength(1);
    expect(rig.alerts('an')).toMatchObject([{ status: 'failed', failure: 'file', told: false }]);
  });

  it('is all there is if none is configured', async () => {
    const file = new RememberingProvider({ name: 'file' });
    const rig = await rigOf({ an: A }, [file]);
    file.file = true;
    rig.restart();
    await found(rig, { an: 1 });
    expect(rig.alerts('an')).toMatchObject([{ status: 'sent' }]);
  });
});
