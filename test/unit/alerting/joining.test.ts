import { eventsOf } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { tellJob } from '../../../src/alerting/jobs.js';
import { reactTo } from '../../../src/alerting/reactions.js';
import { isBusy, Sweeper } from '../../../src/alerting/sweeper.js';
import { hasten } from '../../../src/delivery/message-jobs.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { RememberingProvider } from './remembering-provider.js';
import { AlertingRig, CASE, Crash } from './rig.js';

const WITHDRAWN = eventsOf('AlertWithdrawn');

const PHONE = '+84900000001';
const NEW = '+84900000002';
const OTHER = 'case-2';
/** Three days after everybody's exposure: F1 stay at home until 22 instead of 19 August. */
const LATER = '2021-08-08T02:00:00Z';
const an = alertIdOf(CASE, 'an', 0);
const binh = alertIdOf(OTHER, 'binh', 0);
/** Milliseconds, longer than a hand-over may take. */
const LATE = 91_000;

/** An and Binh share a phone, and are contacts of two cases. */
async function rigThatGathers(provider = new RememberingProvider()): Promise<AlertingRig> {
  const rig = new AlertingRig(new MemoryEventStore(), [provider]);
  rig.gathers = true;
  rig.restart();
  for (const person of ['an', 'binh']) await rig.register(person, PHONE);
  for (const caseId of [CASE, OTHER]) await rig.confirm(caseId);
  return rig;
}

/** An's message waits, and Binh's alert of the other case relies on it. */
async function joined(provider?: RememberingProvider): Promise<AlertingRig> {
  const rig = await rigThatGathers(provider);
  await rig.trace({ an: 1 });
  await rig.gather();
  await rig.trace({ binh: 1 }, OTHER);
  await rig.gather();
  expect(rig.alert(binh).coveredBy).toBe(an);
  expect(rig.provider.messages).toEqual([]);
  return rig;
}

/** The same, with both as contacts of one case. */
async function joinedOfOneCase(): Promise<AlertingRig> {
  const rig = await rigThatGathers();
  await rig.trace({ an: 1 });
  await rig.gather();
  await rig.trace({ an: 1, binh: 1 });
  await rig.gather();
  expect(rig.alerts('binh').map(({ coveredBy }) => coveredBy)).toEqual([an]);
  return rig;
}

/** The message was sent, and covered both. */
async function told(): Promise<AlertingRig> {
  const rig = await joined();
  await rig.drain();
  expect(rig.sentTo(PHONE).map(({ text }) => inWords(text))).toEqual(['F1 to 2 until 19']);
  return rig;
}

/** A gateway that sends no id twice, and cannot be asked which ids it knows. */
const gatewayThatTellsRepeats = () =>
  new RememberingProvider({ name: 'gateway', knows: { repeats: true, fates: false }, once: true });

/** An's message is sent, and no process survives to note it. */
async function goesUnnoted(rig: AlertingRig): Promise<void> {
  rig.before('AlertSent', an, () => Promise.reject(new Crash('killed')));
  await rig.run([`${an}-0`]);
  rig.restart();
  expect(rig.sentTo(PHONE)).toHaveLength(1);
  expect(rig.alert(an).status).toBe('requested');
}

function inWords(text: string): string {
  const degree = /\(F1\)|hoặc với F1/.test(text) ? 'F1' : 'F2';
  const count = /(\d+) người dùng số/.exec(text)?.[1];
  const day = /đến hết ngày (\d\d)/.exec(text)?.[1];
  return `${degree}${count ? ` to ${count}` : ''}${day ? ` until ${day}` : ''}`;
}

const words = (rig: AlertingRig, phone: string) =>
  rig.sentTo(phone).map(({ id, text }) => (id.endsWith('-withdrawal') ? 'taken back' : inWords(text)));

describe('A person who relies on a waiting message, and whose number is corrected meanwhile,', () => {
  it('is informed at the new number, and no longer counted at the old one', async () => {
    const rig = await joined();
    await rig.register('binh', NEW);
    await rig.gather();
    // It does not wait for a message that no longer concerns them.
    expect(rig.alerts('binh', OTHER).map(({ status }) => status)).toEqual(['withdrawn', 'requested']);
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19']);
    expect(words(rig, NEW)).toEqual(['F1 until 19']);
    expect(rig.alert(an).saidOf).toEqual([]);
  });

  it('is informed at the new number although the message was sent before the correction was known', async () => {
    const rig = await joinedOfOneCase();
    await rig.register('binh', NEW);
    await rig.run([`${an}-0`]);
    expect(words(rig, PHONE)).toEqual(['F1 until 19']);
    expect(rig.alerts('binh').map(({ status }) => status)).toEqual(['withdrawn', 'requested']);
    await rig.drain();
    expect(words(rig, NEW)).toEqual(['F1 until 19']);
  });

  it('is informed at the new number even if it is corrected at the moment in which the message is sent', async () => {
    const rig = await joined();
    rig.before('send', an, () => rig.register('binh', NEW));
    await rig.drain();
    expect(words(rig, NEW)).toEqual(['F1 until 19']);
  });

  it('is no longer counted among contacts of the same case', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1, binh: 1 });
    await rig.gather();
    await rig.register('binh', NEW);
    await rig.drain();
    expect([words(rig, PHONE), words(rig, NEW)]).toEqual([['F1 until 19'], ['F1 until 19']]);
  });

  it.each([
    [
      'before the message is sent',
      async (rig: AlertingRig) => {
        await rig.register('binh', null);
        await rig.gather();
        expect(rig.alerts('binh').at(-1)).toMatchObject({ status: 'failed' });
      },
    ],
    [
      'at the moment before it becomes known',
      async (rig: AlertingRig) => {
        await rig.register('binh', null);
        rig.now += 1;
        await rig.run([`${an}-0`]);
      },
    ],
  ])('is left to a visit if there is no longer a number: %s', async (_, happens) => {
    const rig = await joinedOfOneCase();
    await happens(rig);
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19']);
    expect(rig.alerts('binh').at(-1)).toMatchObject({ status: 'failed', failure: 'no-phone' });
  });
});

describe('A person who comes to rely on a message at the moment in which it is noted as sent', () => {
  it('gets another message if it did not cover their case', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.gather();
    await rig.trace({ binh: 1 }, OTHER);
    await rig.react();
    await rig.run(rig.queued('plan'));
    await rig.react();
    rig.before('AlertJoined', an, () => rig.run([`${an}-0`]));
    await rig.run([`${binh}-0`]);
    expect(rig.alert(an)).toMatchObject({ status: 'sent', saidOf: [] });
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19', 'F1 until 19']);
  });
});

describe('A single gateway that only recognises repeats', () => {
  it('is not believed to have sent the later of two texts with one id, if the first one was sent', async () => {
    const rig = await rigThatGathers(gatewayThatTellsRepeats());
    await rig.trace({ an: 1 });
    await rig.gather();
    await goesUnnoted(rig);
    await rig.trace({ an: 1 }, CASE, { an: LATER });
    rig.now += LATE;
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19', 'F1 until 22']);
  });

  it('takes back what it sent without a note', async () => {
    const rig = await rigThatGathers(gatewayThatTellsRepeats());
    await rig.trace({ an: 1 });
    await rig.gather();
    await goesUnnoted(rig);
    await rig.retract();
    rig.now += LATE;
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19', 'taken back']);
  });
});

describe('A message about several cases', () => {
  it('is not held for somebody who was informed at another number by now', async () => {
    const rig = await told();
    await rig.register('binh', NEW);
    await rig.drain();
    await rig.retract();
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19', 'taken back']);
    expect(words(rig, NEW)).toEqual(['F1 until 19']);
  });

  it('is no longer held after the last person for whom it stood is informed at another number', async () => {
    const rig = await told();
    await rig.retract();
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19']);
    await rig.register('binh', NEW);
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19', 'taken back']);
  });

  it('is no longer held after the last person for whom it stood relies on a message to another number', async () => {
    const rig = await told();
    await rig.register('chi', NEW);
    await rig.trace({ binh: 1, chi: 1 }, OTHER);
    await rig.drain();
    await rig.retract();
    await rig.drain();
    await rig.register('binh', NEW);
    await rig.drain();
    expect(rig.alerts('binh', OTHER).at(-1)?.coveredBy).toBe(alertIdOf(OTHER, 'chi', 0));
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19', 'taken back']);
  });

  it('is no longer held after the last person for whom it stood gets a stricter message', async () => {
    const rig = await told();
    await rig.retract();
    await rig.drain();
    await rig.trace({ binh: 1 }, OTHER, { binh: LATER });
    await rig.drain();
    expect(words(rig, PHONE).sort()).toEqual(['F1 to 2 until 19', 'F1 until 22', 'taken back']);
  });

  it('that was taken back without a note is not relied on by anybody who arrived meanwhile', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({ binh: 1 });
    rig.provider.loses = 'sent';
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 until 19', 'taken back', 'F1 until 19']);
    expect(rig.alerts('binh').at(-1)?.status).toBe('sent');
  });

  it('is held while somebody on the phone whom it informed is a contact', async () => {
    const rig = await told();
    await rig.retract();
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19']);
    expect(rig.alert(an).withdrawal).toBe('held');
  });

  it('is noted for all whom it informed although it was sent while its case was being retracted', async () => {
    const rig = await joined();
    await goesUnnoted(rig);
    await rig.trace({});
    await rig.run([`${an}-0`]);
    const sent = rig.store.all.find(({ type }) => type === 'AlertSent');
    expect(sent?.data).toMatchObject({ degree: 1, until: '2021-08-19', cases: [OTHER] });
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19']);
  });
});

describe('The pass that claims a phone', () => {
  it.each([
    ['when its person turns out to be a case', (rig: AlertingRig) => rig.confirm(caseIdOf('an', 'covid-19', 0), 'an')],
    ['when the last day is over', async (rig: AlertingRig) => void (rig.now += 30 * 86_400_000)],
    ['when its person has lost the number', (rig: AlertingRig) => rig.register('an', null)],
  ])('ends no alert whose message is in progress: %s', async (_, happens) => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 1 });
    await rig.gather();
    rig.before('send', an, async () => {
      await happens(rig);
      await rig.settle(an);
    });
    await rig.run([`${an}-0`]);
    expect(rig.sentTo(PHONE)).toHaveLength(1);
    expect(rig.alert(an).told).toBe(true);
  });
});

describe('The wait for other messages', () => {
  it('does not apply to a withdrawal', async () => {
    const rig = await told();
    rig.forwarded.length = 0;
    await rig.retract(OTHER);
    await rig.retract();
    await rig.drain();
    expect(words(rig, PHONE)).toEqual(['F1 to 2 until 19', 'taken back']);
    expect(rig.forwarded.filter(({ when }) => when === 'gathered')).toEqual([]);
    const owed = rig.store.all.filter((event) => WITHDRAWN.includes(event)).filter(({ data }) => data.told);
    const { tell } = await reactTo(owed, rig.unreached, true);
    expect(tell.map(({ opts }) => opts)).toEqual(owed.map(() => expect.objectContaining({ priority: 2 })));
    expect(tell.every(({ opts }) => opts.delay === undefined)).toBe(true);
  });

  it('does not apply to a withdrawal that a sweep finds either', async () => {
    const rig = await told();
    await rig.trace({}, OTHER);
    await rig.retract();
    await rig.react();
    await rig.run(rig.queued('plan'));
    expect(rig.alert(an).withdrawal).toBe('owed');
    rig.forwarded.length = 0;
    await rig.settle(an);
    expect(rig.forwarded).toEqual([{ alertId: an, degree: 2, when: 'now' }]);
  });

  it('ends with the priority of the closest contact who came to rely on the message', async () => {
    const rig = await rigThatGathers();
    await rig.trace({ an: 2 });
    await rig.gather();
    await rig.trace({ binh: 1 }, OTHER);
    rig.forwarded.length = 0;
    await rig.gather();
    expect(rig.forwarded).toContainEqual({ alertId: an, degree: 1, when: 'gathered' });
    // Even if Redis lost the job.
    rig.forwarded.length = 0;
    await rig.settle(an);
    expect(rig.forwarded).toEqual([{ alertId: an, degree: 1, when: 'gathered' }]);
  });

  it.each([
    ['moved forward if it is about more distant contacts', 2, [{ priority: 1 }]],
    ['unchanged if it is about equally close ones', 1, []],
  ])("has a job in a provider's queue %s", async (_, priority, changes) => {
    const changed: unknown[] = [];
    const job = { priority, changePriority: async (to: unknown) => void changed.push(to) };
    const queue = (name: string) => ({
      getJob: async (id: string) => (name.endsWith('second') && id === `${an}-0` ? job : undefined),
    });
    await hasten({ queue }, tellJob(an, 0, 1), { all: [{ name: 'first' }, { name: 'second' }] });
    expect(changed).toEqual(changes);
  });

  it.each([
    ['though thousands of messages wait', 0, 1],
    ['unless thousands of jobs are to be done', 5_000, 0],
  ])('does not stop the search for people to inform or to remind, %s', async (_, due, looks) => {
    let looked = 0;
    const alertsDue = async () => {
      looked++;
      return [];
    };
    const queues = {
      outstanding: async () => 5_000,
      due: async () => due,
      queue: () => ({ addBulk: async () => [] }),
    };
    const sweeper = new Sweeper({
      ...{ store: new MemoryEventStore(), graph: { alertsDue }, queues },
      ...{ routes: { all: [{ name: 'one' }] }, allowance: { isMorningAfter: () => false } },
    });
    await sweeper.sweep();
    expect(await isBusy(queues, ['one'])).toBe(looks === 0);
    expect(looked).toBe(looks);
  });
});
