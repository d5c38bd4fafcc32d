import { describe, expect, it } from '@jest/globals';
import { PURPOSES } from '../../support/purposes.js';
import { noteReport } from '../../../src/delivery/reports.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { AlertingRig, CASE, Crash, MERGE_HOURS } from './rig.js';

const A = '+84900000001';
const B = '+84900000002';

async function rigWith(phones: Record<string, string | null>): Promise<AlertingRig> {
  const rig = new AlertingRig();
  for (const [personId, phone] of Object.entries(phones)) await rig.register(personId, phone);
  await rig.confirm();
  return rig;
}

/** Alerts to people with these phones, who are all F1, are requested, and none is sent. */
async function requested(phones: Record<string, string | null>): Promise<AlertingRig> {
  const rig = await rigWith(phones);
  await rig.trace(Object.fromEntries(Object.keys(phones).map((personId) => [personId, 1 as const])));
  await rig.react();
  await rig.run([...rig.jobs.keys()]);
  await rig.react();
  return rig;
}

/** An and Binh share a phone; the process died after An's message was claimed for both, before it was sent. */
async function diedBeforeSending(): Promise<AlertingRig> {
  const rig = await requested({ an: A, binh: A });
  rig.restart({ calls: 8, after: false });
  await rig.run([`${alertIdOf(CASE, 'an', 0)}-0`]);
  expect(rig.provider.messages).toEqual([]);
  return rig;
}

describe('alerts of a traced case', () => {
  it('inform every contact with a phone once, whatever is planned again', async () => {
    const rig = await rigWith({ an: A, binh: B });
    await rig.trace({ an: 1, binh: 2 });
    await rig.drain();
    await rig.trace({ an: 2, binh: 2 });
    rig.rewind(1000);
    await rig.drain();

    expect(rig.provider.messages.map(({ id, to }) => [id, to])).toEqual([
      [alertIdOf(CASE, 'an', 0), A],
      [alertIdOf(CASE, 'binh', 0), B],
    ]);
    expect(rig.alerts('an').map(({ status }) => status)).toEqual(['sent']);
  });

  it('inform people who came closer once more of what that asks for, and take both back with one message', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 2 });
    await rig.drain();
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.sentTo(A).map(({ text }) => /F\d/.exec(text)?.[0])).toEqual(['F2', 'F1']);
    await rig.trace({ an: 2 });
    await rig.trace({});
    await rig.drain();
    const again = alertIdOf(CASE, 'an', 1);
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([alertIdOf(CASE, 'an', 0), again, `${again}-withdrawal`]);
    expect(rig.alerts('an').map(({ withdrawal }) => withdrawal)).toEqual(['sent', 'sent']);
  });

  it('inform people who came closer at the moment in which the message was sent', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 2 });
    rig.before('AlertSent', alertIdOf(CASE, 'an', 0), async () => {
      await rig.trace({ an: 1 });
      await rig.react();
      await rig.run(rig.queued('plan'));
    });
    await rig.drain();
    expect(rig.sentTo(A).map(({ text }) => /F\d/.exec(text)?.[0])).toEqual(['F2', 'F1']);
  });

  it('name the request as the cause of the message, in the chain of the trace', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();

    const [completed, requested, claimed, sent] = [
      'TraceCompleted',
      'AlertRequested',
      'RecipientClaimed',
      'AlertSent',
    ].map((type) => rig.store.all.find((event) => event.type === type));
    const chain = { correlationId: completed?.id };
    expect(requested?.provenance).toMatchObject({ ...chain, causationId: completed?.id });
    expect(claimed?.provenance).toMatchObject({ ...chain, causationId: requested?.id });
    expect(sent?.provenance).toMatchObject({ ...chain, causationId: requested?.id });
  });

  it('inform a phone of several contacts once, and say how many they are', async () => {
    const rig = await rigWith({ an: A, binh: A, chi: A });
    await rig.trace({ an: 2, binh: 1, chi: 2 });
    await rig.drain();

    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.sentTo(A)[0]?.text).toMatch(/3 người dùng số điện thoại này.*F1/);
    expect(rig.alerts('an')[0]?.status).toBe('covered');
    expect(rig.alerts('binh')[0]?.status).toBe('sent');
    expect(rig.alerts('chi')[0]?.coveredBy).toBe(alertIdOf(CASE, 'binh', 0));
  });

  it('ask for a visit to a contact without a phone, and are sent once a phone is registered', async () => {
    const rig = await rigWith({ an: null });
    await rig.trace({ an: 1, nobody: 1 });
    await rig.drain();
    expect(rig.alerts('an').map(({ failure }) => failure)).toEqual(['no-phone']);
    expect(rig.alerts('nobody').map(({ failure }) => failure)).toEqual(['unknown-person']);

    await rig.register('an', A);
    await rig.register('nobody', B);
    await rig.drain();
    expect(rig.alerts('an').map(({ status }) => status)).toEqual(['withdrawn', 'sent']);
    expect(rig.alerts('nobody').map(({ status }) => status)).toEqual(['withdrawn', 'sent']);
    expect(rig.provider.messages.map(({ to }) => to).sort()).toEqual([A, B]);
  });

  it('ask for a visit if the number is refused, and try again with another number', async () => {
    const rig = await rigWith({ an: A, binh: A });
    rig.provider.refusing.add(A);
    await rig.trace({ an: 1, binh: 1 });
    await rig.drain();
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'failed', failure: 'refused' });
    expect(rig.alerts('binh').at(-1)).toMatchObject({ status: 'failed', failure: 'refused' });

    await rig.register('an', A);
    await rig.drain();
    expect(rig.alerts('an').at(-1)?.status).toBe('failed');
    await rig.register('an', B);
    await rig.drain();
    expect(rig.alerts('an').at(-1)?.status).toBe('sent');
    expect(rig.provider.messages.map(({ to }) => to)).toEqual([B]);
  });

  it('never inform a person who was released before the message was sent', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.react();
    await rig.run([...rig.jobs.keys()]);
    await rig.trace({});
    await rig.drain();
    expect(rig.provider.messages).toEqual([]);
    expect(rig.alerts('an').map(({ status, told }) => [status, told])).toEqual([['withdrawn', false]]);
  });

  it('take back the message to a released contact, and inform again a person who comes back', async () => {
    const rig = await rigWith({ an: A });
    const [first, second] = [alertIdOf(CASE, 'an', 0), alertIdOf(CASE, 'an', 1)];
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({});
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([first, `${first}-withdrawal`]);
    await rig.trace({ an: 2 });
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([first, `${first}-withdrawal`, second]);
  });

  it('take back all messages if the case is retracted, once per phone', async () => {
    const rig = await rigWith({ an: A, binh: A, chi: B });
    await rig.trace({ an: 1, binh: 1, chi: 2 });
    await rig.drain();
    await rig.retract();
    await rig.drain();
    await rig.trace({});
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(2);
    expect(rig.sentTo(B)).toHaveLength(2);
    expect(rig.sentTo(A)[1]?.text).toContain('không còn áp dụng');
    for (const person of ['an', 'binh', 'chi']) expect(rig.alerts(person).at(-1)?.status).toBe('withdrawn');
  });

  it('inform everyone again if a retracted case comes back, although its trace finds nothing new', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.retract();
    await rig.drain();
    await rig.confirm();
    await rig.trace({ an: 1 });
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([
      alertIdOf(CASE, 'an', 0),
      `${alertIdOf(CASE, 'an', 0)}-withdrawal`,
      alertIdOf(CASE, 'an', 1),
    ]);
  });

  it('take nothing back from a phone while another of its people is still a contact', async () => {
    const rig = await rigWith({ an: A, binh: A });
    await rig.trace({ an: 1, binh: 2 });
    await rig.drain();
    await rig.trace({ binh: 2 });
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.alerts('an')[0]?.withdrawal).toBe('held');
    expect(rig.alerts('binh').map(({ status }) => status)).toEqual(['covered']);

    await rig.trace({});
    await rig.drain();
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([
      alertIdOf(CASE, 'an', 0),
      `${alertIdOf(CASE, 'an', 0)}-withdrawal`,
    ]);
    expect(rig.alerts('an')[0]?.withdrawal).toBe('sent');
  });

  it('inform a covered person separately if the alert on which they rely was withdrawn before it was sent', async () => {
    const rig = await diedBeforeSending();
    const an = alertIdOf(CASE, 'an', 0);
    await rig.run([`${alertIdOf(CASE, 'binh', 0)}-0`]);
    expect(rig.alerts('binh').map(({ coveredBy }) => coveredBy)).toEqual([an]);

    await rig.trace({ binh: 1 });
    await rig.drain();
    expect(rig.alerts('binh').map(({ status }) => status)).toEqual(['withdrawn', 'sent']);
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.sentTo(A)[0]?.text).toMatch(/Bạn/);
  });

  it('note and take back a message whose note was lost in a crash', async () => {
    const rig = await requested({ an: A });
    const an = alertIdOf(CASE, 'an', 0);
    rig.before('AlertSent', an, () => Promise.reject(new Crash('killed')));
    await rig.run([`${an}-0`]);
    rig.restart();
    expect(rig.alerts('an')[0]?.status).toBe('requested');
    await rig.trace({});
    await rig.run([`${an}-0`]);
    await rig.drain();
    expect(rig.eventsOf(an)).toEqual(['AlertRequested', 'AlertSent', 'AlertWithdrawn', 'WithdrawalSent']);
    expect(rig.sentTo(A).map(({ id }) => id)).toEqual([an, `${an}-withdrawal`]);
  });

  it('inform others on a phone separately if the one on whom they rely got another phone before the message was sent', async () => {
    const rig = await diedBeforeSending();
    await rig.run([`${alertIdOf(CASE, 'binh', 0)}-0`]);
    await rig.register('an', B);
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
    expect(rig.sentTo(B)).toHaveLength(1);
  });

  it('inform a phone about several cases that arrive together with one message that includes all of its people', async () => {
    const rig = await rigWith({ an: A, binh: A, chi: B });
    for (const caseId of ['case-2', 'case-3']) await rig.confirm(caseId);
    for (const caseId of [CASE, 'case-2', 'case-3']) await rig.trace({ an: 1, binh: 1, chi: 1 }, caseId);
    await rig.drain();
    expect([A, B].map((phone) => rig.sentTo(phone).length)).toEqual([1, 1]);
    expect(rig.sentTo(A)[0]?.text).toContain('2 người dùng');
    await rig.trace({}, 'case-2');
    await rig.retract();
    await rig.drain();
    expect([A, B].map((phone) => rig.sentTo(phone).length)).toEqual([1, 1]);
    await rig.trace({}, 'case-3');
    await rig.drain();
    for (const phone of [A, B]) {
      const [told, takenBack, ...more] = rig.sentTo(phone).map(({ id }) => id);
      expect(takenBack).toBe(`${told}-withdrawal`);
      expect(more).toEqual([]);
    }
  });

  it('inform about another case those on a phone who were not informed with the first', async () => {
    const rig = await rigWith({ an: A, binh: A });
    await rig.confirm('case-2');
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({ binh: 1 }, 'case-2');
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(2);
  });

  it.each([
    ['on the same day', '2021-08-05T02:00:00Z'],
    ['before', '2021-08-03T02:00:00Z'],
  ])('do not inform an F1 of another case who was exposed %s, however much later that is found', async (_, exposed) => {
    const rig = await rigWith({ an: A });
    await rig.confirm('case-2');
    await rig.trace({ an: 1 });
    await rig.drain();
    rig.now += 3 * MERGE_HOURS * 3_600_000;
    await rig.trace({ an: 1 }, 'case-2', { an: exposed });
    await rig.drain();
    expect(rig.sentTo(A).map(({ text }) => /hết ngày ([\d/]+)/.exec(text)?.[1])).toEqual(['19/08/2021']);
    // The case that it is based on may go: then the other case, and with it the message, still holds.
    await rig.retract();
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
    await rig.retract('case-2');
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(2);
  });

  it('name to a phone no earlier day than the one that applies to another person with that phone', async () => {
    const rig = await rigWith({ an: A, binh: A });
    await rig.confirm('case-2');
    await rig.trace({ an: 1 });
    await rig.drain();
    rig.now += (MERGE_HOURS + 1) * 3_600_000;
    await rig.trace({ binh: 1 }, 'case-2', { binh: '2021-08-03T02:00:00Z' });
    await rig.drain();
    expect(rig.sentTo(A).map(({ text }) => /hết ngày ([\d/]+)/.exec(text)?.[1])).toEqual(['19/08/2021', '19/08/2021']);
  });

  it('keep the alerts of two cases separate', async () => {
    const rig = await rigWith({ an: A });
    await rig.confirm('case-2');
    await rig.trace({ an: 1 });
    await rig.drain();
    rig.now += (MERGE_HOURS + 1) * 3_600_000;
    await rig.trace({ an: 2 }, 'case-2');
    await rig.drain();
    await rig.trace({}, 'case-2');
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(3);
    expect(rig.alerts('an', CASE).map(({ status }) => status)).toEqual(['sent']);
    expect(rig.alerts('an', 'case-2').map(({ withdrawal }) => withdrawal)).toEqual(['sent']);
  });

  it('take back only the message about a retracted case, by its code, while another case remains', async () => {
    const rig = await rigWith({ an: A });
    await rig.confirm('case-2');
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({ an: 1 }, 'case-2', { an: '2021-08-08T02:00:00Z' });
    await rig.drain();
    await rig.retract();
    await rig.drain();
    const [ofCase, ofOther] = [CASE, 'case-2'].map((caseId) => alertIdOf(caseId, 'an', 0));
    expect(rig.alerts('an', 'case-2').map(({ status }) => status)).toEqual(['sent']);
    const [, , last, ...more] = rig.sentTo(A);
    expect(more).toEqual([]);
    expect(last?.id).toBe(`${ofCase}-withdrawal`);
    expect(last?.text).toContain(ofCase?.slice(0, 8));
    expect(last?.text).toContain('vì thông báo đó nữa. Tin khác của chúng tôi, có mã khác, vẫn còn hiệu lực.');
    expect(last?.text).not.toContain(ofOther?.slice(0, 8));
  });
});

describe('the result of a message after a provider accepted it', () => {
  const report = async (rig: AlertingRig, status: 'network-delivered' | 'failed', detail = 'absent') => {
    const alertId = alertIdOf(CASE, 'an', 0);
    const graph = {
      messageByReference: async (_: string, reference: string) =>
        reference === '1' ? { purpose: 'alert', about: alertId } : undefined,
    };
    await noteReport(rig.store, graph, PURPOSES, { provider: 'memory', reference: '1', status, detail });
    await rig.drain();
  };

  it('is noted with only as many of the provider’s words as explain the problem', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await report(rig, 'failed', `absent ${'😷'.repeat(100_000)}`);
    const events = rig.store.all.filter(({ type }) => type === 'AlertUndelivered');
    expect(events.map(({ data }) => data)).toEqual([
      expect.objectContaining({ detail: `absent ${'😷'.repeat(993)} …` }),
    ]);
  });

  it('is noted once if the network delivered it', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await report(rig, 'network-delivered');
    await report(rig, 'network-delivered');
    expect(rig.eventsOf(alertIdOf(CASE, 'an', 0))).toEqual(['AlertRequested', 'AlertSent', 'AlertDelivered']);
  });

  it('asks for a visit if the network could not deliver it, and takes nothing back from a person who was not informed', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await report(rig, 'failed');
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'failed', failure: 'undelivered', told: false });
    await rig.trace({});
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(1);
  });

  it('informs a person who gets another phone after the first one was not reached', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await report(rig, 'failed');
    await rig.register('an', B);
    await rig.drain();
    expect(rig.sentTo(B)).toHaveLength(1);
  });

  it('asks for a visit if the network could not deliver a withdrawal', async () => {
    const rig = await rigWith({ an: A });
    await rig.trace({ an: 1 });
    await rig.drain();
    await rig.trace({});
    await rig.drain();
    const alertId = alertIdOf(CASE, 'an', 0);
    const graph = { messageByReference: async () => ({ purpose: 'withdrawal', about: alertId }) };
    const failed = { provider: 'memory', reference: '2', status: 'failed' as const, detail: 'absent' };
    await noteReport(rig.store, graph, PURPOSES, { ...failed, status: 'network-delivered' });
    await noteReport(rig.store, graph, PURPOSES, { ...failed, provider: 'another' });
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'withdrawn', withdrawal: 'sent' });
    await noteReport(rig.store, graph, PURPOSES, failed);
    await noteReport(rig.store, graph, PURPOSES, failed);
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'withdrawn', withdrawal: 'failed' });
    expect(rig.eventsOf(alertId).filter((type) => type === 'WithdrawalUndelivered')).toHaveLength(1);
    // A person who is a contact again gets a new message in any case, because the withdrawal may not have arrived.
    await rig.drain();
    expect(rig.sentTo(A)).toHaveLength(2);
  });

  it('is looked for again while it is unknown', async () => {
    const rig = await rigWith({ an: A });
    const graph = { messageByReference: async () => undefined };
    const unknown = { provider: 'memory', reference: '9', status: 'failed' as const, detail: '' };
    await expect(noteReport(rig.store, graph, PURPOSES, unknown)).rejects.toThrow(
      'no message with this reference is known',
    );
  });
});
