import { type EventOf, streams } from '../../support/events.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toldBy } from '../../../projections/tasks.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { AnsweringRig } from './rig.js';

const NONE = { fever: 'no', cough: 'no', breathing: 'no', other: 'no', vaccinated: 'yes', moved: 'no' };
const ILL = { ...NONE, fever: 'yes', cough: 'yes' };

let rig: AnsweringRig;
beforeAll(async () => {
  rig = await AnsweringRig.start();
});
afterAll(() => rig.close());
beforeEach(() => rig.told('en'));

/** Two more people on the phone, and the form as its page sends it. */
const three = async (): Promise<string[]> => [await rig.join(), await rig.join()];
const merge = (personId: string, into: string) =>
  rig.say(streams.person(personId).name, { type: 'PersonMerged', data: { personId, into } });
const withdraw = () =>
  rig.say(streams.alert(rig.alertId).name, { type: 'AlertWithdrawn', data: { alertId: rig.alertId, told: true } });
const sent = (cases: string[]) => {
  const { alertId } = rig;
  const data = { alertId, provider: 'outbox', reference: 'r', degree: 1, until: null, cases };
  return rig.say(streams.alert(alertId).name, { type: 'AlertSent', data });
};
const hold = (by: string) =>
  rig.say(streams.alert(rig.alertId).name, { type: 'WithdrawalHeld', data: { alertId: rig.alertId, by } });

describe('The page for a phone of several people', () => {
  it('says how many people there are, asks about all of them, and names nobody', async () => {
    const [first] = await three();
    const { text } = await rig.get().expect(200);
    expect(text).toContain('about the 3 people who use this phone');
    expect(text).toContain('<legend>Does any of you have a fever?</legend>');
    expect(text).toContain('<legend>Are all of you vaccinated against this disease?</legend>');
    expect(text).not.toMatch(/Do you have|Are you|covid|person-of-nobody/);
    expect(text).not.toContain(first);
    expect((await rig.get(`${rig.path}?lang=vi`).expect(200)).text).toContain('3 người dùng số điện thoại này');
  });

  it('lets the number of people with symptoms be chosen from none to all, without scripts, in less than 10 KB', async () => {
    await three();
    const { text } = await rig.get(`${rig.path}?lang=vi`).expect(200);
    expect([...text.matchAll(/<option value="(\d*)">/g)].map(([, value]) => value)).toEqual(['', '0', '1', '2', '3']);
    expect(text).toContain('<select id="ill" name="ill" required>');
    expect(text).toContain('<label for="ill">Trong 3 người');
    expect(text).not.toContain('<script');
    expect(Buffer.byteLength(text)).toBeLessThan(10_000);
  });

  it('asks only about the person if the phone belongs to one person, without a number', async () => {
    const { text } = await rig.get().expect(200);
    expect(text).toContain('Do you have any of these now?');
    expect(text).not.toMatch(/people|anybody|<select|type="hidden"/);
  });

  it('also asks about people of another case that its message covers, and about no others', async () => {
    await rig.join({ caseId: 'another case' });
    await rig.join({ caseId: 'a third case' });
    expect((await rig.get().expect(200)).text).toContain('the 3 people who use this phone');
    await sent(['another case']);
    expect((await rig.get().expect(200)).text).toContain('the 2 people who use this phone');
  });

  it('no longer asks about people whom another message has informed since', async () => {
    const alertId = alertIdOf('another case', await rig.join({ caseId: 'another case' }), 0);
    await sent(['another case']);
    expect((await rig.get().expect(200)).text).toContain('the 2 people who use this phone');
    await rig.say(streams.alert(alertId).name, { type: 'AlertWithdrawn', data: { alertId, told: false } });
    expect((await rig.get().expect(200)).text).not.toContain('people who use this phone');
  });

  it('stays while its message is valid for a person of another case', async () => {
    const other = await rig.join({ caseId: 'another case' });
    await sent(['another case']);
    await withdraw();
    await hold(alertIdOf('another case', other, 0));
    await rig.get().expect(200);
  });

  it('counts people and not alerts: nobody twice', async () => {
    await rig.join({ personId: rig.personId, sequence: 1 });
    expect((await rig.get().expect(200)).text).not.toContain('people who use this phone');
    const other = await rig.join();
    await rig.join({ personId: other, sequence: 1 });
    expect((await rig.get().expect(200)).text).toContain('the 2 people who use this phone');
  });

  it('counts several records of one person once', async () => {
    const [first = '', second = ''] = await three();
    await merge(first, second);
    expect((await rig.get().expect(200)).text).toContain('the 2 people who use this phone');
    await merge(second, rig.personId);
    expect((await rig.get().expect(200)).text).not.toContain('people who use this phone');
  });

  it('stays while the message is valid for another of them, although its own person is no longer a contact', async () => {
    const other = await rig.join();
    await withdraw();
    await rig.get().expect(404);
    await hold(alertIdOf('c', other, 0));
    await rig.get().expect(200);
    await rig.say(streams.alert(rig.alertId).name, {
      type: 'WithdrawalOwedInDoubt',
      data: { alertId: rig.alertId, provider: 'outbox' },
    });
    await rig.get().expect(404);
  });

  it('no longer exists once its message is valid for nobody whom it covered', async () => {
    await rig.join();
    await withdraw();
    await hold(alertIdOf('c', 'told by another message', 0));
    await rig.get().expect(404);
  });
});

describe('An answer for several people', () => {
  it('is stored with the people whom it covers and how many of all have symptoms', async () => {
    const others = await three();
    expect((await rig.send({ ...ILL, people: 3, ill: 2 }).expect(200)).text).toContain('Thank you');
    expect(rig.answers()).toMatchObject([
      {
        data: { personId: rig.personId, symptoms: ['fever', 'cough'], vaccinated: true, moved: false, others, ill: 2 },
      },
    ]);
  });

  it('counts for each person as a contact of their own case', async () => {
    const same = await rig.join();
    const other = await rig.join({ caseId: 'another case' });
    await sent(['another case']);
    await rig.send({ ...ILL, people: 3, ill: 2 }).expect(200);
    const [{ data } = { data: {} }] = rig.answers();
    expect(data).toMatchObject({ others: [same, other], ofOtherCases: [{ caseId: 'another case', personId: other }] });
    expect(toldBy(data as EventOf<'ContactAnswered'>['data'])).toEqual([
      { caseId: 'c', personId: rig.personId },
      { caseId: 'c', personId: same },
      { caseId: 'another case', personId: other },
    ]);
  });

  it('for one person says nothing about others', async () => {
    await rig.send({ ...ILL, ill: 7 }).expect(200);
    expect(Object.keys(rig.answers()[0]?.data ?? {}).sort()).toEqual(
      ['alertId', 'caseId', 'moved', 'personId', 'symptoms', 'vaccinated'].sort(),
    );
  });

  it.each<[string, object, string]>([
    ['no number', ILL, 'choose a number'],
    ['a number that was not offered', { ...ILL, ill: 4 }, 'choose a number'],
    ['symptoms of nobody', { ...ILL, ill: 0 }, 'You answered above that somebody has symptoms: choose at least 1.'],
    ['somebody without symptoms', { ...NONE, ill: 1 }, 'You answered above that nobody has symptoms: choose 0'],
  ])('is asked for again at the number if it has %s, with the choices kept', async (_, fields, complaint) => {
    await three();
    const { text } = await rig.send({ people: 3, ...fields }).expect(422);
    const [, field = ''] = /<fieldset>(\n<legend><label for="ill">.*?)<\/fieldset>/s.exec(text) ?? [];
    expect(field).toContain(complaint);
    expect(text.match(/role="alert"/g)).toHaveLength(1);
    expect(text.match(/required checked>/g)).toHaveLength(6);
    if ('ill' in fields && fields.ill !== 4) expect(field).toContain(`value="${fields.ill as number}" selected>`);
    expect(rig.answers()).toEqual([]);
  });

  it('may say that nobody has symptoms', async () => {
    await three();
    await rig.send({ ...NONE, people: 3, ill: 0 }).expect(200);
    expect(rig.answers()).toMatchObject([{ data: { symptoms: [], ill: 0 } }]);
  });

  it('is not applied to somebody who joined after the page was shown, but asked for again', async () => {
    await rig.join();
    await rig.join();
    const { text } = await rig.send({ ...ILL, people: 2, ill: 2 }).expect(422);
    expect(text).toContain('The number of people in these questions has just changed');
    expect(text).toContain('<input type="hidden" name="people" value="3">');
    expect(rig.answers()).toEqual([]);
    await rig.send({ ...ILL, people: 3, ill: 2 }).expect(200);
  });

  it('to the questions for one person does not count for several', async () => {
    await rig.join();
    expect((await rig.send(NONE).expect(422)).text).toContain('has just changed');
    expect(rig.answers()).toEqual([]);
  });
});

describe('The day of the message', () => {
  const sentAt = async (instant: string): Promise<void> => {
    await rig.say(streams.alert(rig.alertId).name, {
      type: 'AlertSent',
      data: { alertId: rig.alertId, provider: 'outbox', reference: 'r', degree: 1, until: null, cases: [] },
    });
    const sent = rig.store.all.at(-1);
    Object.assign(sent ?? {}, { recordedAt: new Date(instant) });
  };

  it('is shown on the page in the zone of the installation and the language of the page, without the hour', async () => {
    await sentAt('2021-08-02T18:30:00Z');
    const { text } = await rig.get().expect(200);
    expect(text).toContain('because we sent you a message on 3 August 2021.');
    expect(text).not.toMatch(/18:30|01:30/);
    const vietnamese = (await rig.get(`${rig.path}?lang=vi`).expect(200)).text;
    expect(vietnamese).toContain('vì chúng tôi đã nhắn tin cho bạn ngày 3 tháng 8, 2021.');
  });

  it('is left out if nothing records that the message was sent', async () => {
    expect((await rig.get().expect(200)).text).toContain('because we sent you a message.');
  });

  it('is shown again if somebody joins the phone at the moment of the answer, and is gone if the alert is withdrawn', async () => {
    rig.store.between = async () => void (await rig.join());
    const { text } = await rig.send({ ...NONE, people: 1 }).expect(422);
    expect(text).toContain('about the 2 people who use this phone');
    rig.store.between = withdraw;
    await rig
      .send({ ...NONE, people: 2, ill: 0 })
      .expect(404)
      .expect('Content-Type', /text\/html/);
    expect(rig.answers()).toEqual([]);
  });
});
