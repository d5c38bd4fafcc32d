import { describe, expect, it } from '@jest/globals';
import type { AlertEvent, MessageKind } from '../../../src/alerting/events.js';
import { alertIdOf } from '../../../src/alerting/ids.js';
import { reminderIdOf } from '../../../src/reminders/ids.js';
import { anyStream, streams, type DomainEvent } from '../../support/events.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { RememberingProvider } from './remembering-provider.js';
import { AlertingRig, CASE } from './rig.js';

const A = '+84900000001';
const ALERT = alertIdOf(CASE, 'an', 0);
const WITHDRAWAL = `${ALERT}-withdrawal`;
const ASKED = { repeats: false, fates: true };
const RECOGNISING = { repeats: true, fates: false };
const NOTHING = { repeats: false, fates: false };
/** Milliseconds after which no process can still be handing a message over. */
const LATER = 91_000;

const provider = (name: string, knows = NOTHING) => new RememberingProvider({ name, knows, once: knows.repeats });
const handedOver = (to: string, message: MessageKind = 'alert'): AlertEvent => ({
  type: 'MessageHandedOver',
  data: { alertId: ALERT, message, provider: to },
});
const ended = (by: string, outcome: 'refused' | 'uncertain', message: MessageKind = 'alert'): AlertEvent => ({
  type: 'HandOverEnded',
  data: { alertId: ALERT, message, provider: by, outcome, detail: 'down' },
});

let facts = 0;
async function append(rig: AlertingRig, stream: string, ...events: DomainEvent[]): Promise<void> {
  for (const event of events) {
    const noted = { id: `noted ${++facts}`, event, provenance: { source: 'truyvet' } };
    await rig.store.append(anyStream(stream), [noted], 'any');
  }
}

/** A log from before messages had streams: an alert claimed its phone, and these events followed in its own stream. */
async function logOf(providers: readonly RememberingProvider[], ...events: AlertEvent[]): Promise<AlertingRig> {
  const rig = new AlertingRig(new MemoryEventStore(), providers);
  await rig.register('an', A);
  await rig.confirm();
  await rig.trace({ an: 1 });
  await rig.react();
  await rig.run(rig.queued('plan'));
  const claim = { alertId: ALERT, caseId: CASE };
  const { name } = streams.recipient('covid-19', rig.master.phoneIndex(A), 0);
  await append(rig, name, { type: 'RecipientClaimed', data: claim });
  await append(rig, streams.alert(ALERT).name, ...events);
  return rig;
}

/** An alert that was sent by then, and has to be taken back. */
async function takingBack(providers: readonly RememberingProvider[], ...events: AlertEvent[]): Promise<AlertingRig> {
  const sent = { alertId: ALERT, provider: 'one', reference: '1', degree: 1, until: null, cases: [] };
  const before: AlertEvent[] = [handedOver('one'), { type: 'AlertSent', data: sent }];
  const rig = await logOf(providers, ...before);
  await rig.retract();
  await append(rig, streams.alert(ALERT).name, { type: 'AlertWithdrawn', data: { alertId: ALERT, told: true } });
  await append(rig, streams.alert(ALERT).name, ...events);
  return rig;
}

/** Continues with the current program when the earlier process can no longer be handing the message over. */
async function goOn(rig: AlertingRig): Promise<string[]> {
  rig.restart();
  rig.now += LATER;
  await rig.drain();
  return rig.providers.flatMap(({ name, messages }) => messages.map(({ id }) => `${name}: ${id}`));
}

describe('A message that an earlier version had handed over', () => {
  it.each([
    ['was being handed over', []],
    ['had failed with an unknown result', [ended('one', 'uncertain')]],
  ])('is left to a visit if it %s, and its provider knows nothing', async (_, more) => {
    const rig = await logOf([provider('one'), provider('two', ASKED)], handedOver('one'), ...more);
    expect(await goOn(rig)).toEqual([]);
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'failed', failure: 'uncertain' });
  });

  it('is taken back as if it had been sent, if nobody knows and its case was none', async () => {
    const rig = await logOf([provider('one'), provider('two', ASKED)], handedOver('one'));
    await rig.retract();
    expect(await goOn(rig)).toEqual([expect.stringContaining(WITHDRAWAL)]);
    expect(rig.eventsOf(ALERT)).toContain('WithdrawalOwedInDoubt');
  });

  it('is not touched while it may be in progress at this moment', async () => {
    const rig = await logOf([provider('one'), provider('two', ASKED)], handedOver('one'));
    await rig.react();
    await rig.run([...rig.jobs.keys()]);
    expect(rig.providers.flatMap(({ messages }) => messages)).toEqual([]);
    expect(rig.alerts('an').at(-1)?.status).toBe('requested');
  });

  it.each([
    ['is found if it was sent', true, ['one'], 'one'],
    ['is sent elsewhere if it was not', false, ['two'], 'two'],
  ])('%s, by asking the provider that had it', async (_, went, by, sentBy) => {
    const [one, two] = [provider('one', ASKED), provider('two')];
    const rig = await logOf([two, one], handedOver('one'));
    if (went) await one.send({ id: ALERT, to: A, text: 'stay at home' });
    expect(await goOn(rig)).toEqual(by.map((name) => `${name}: ${ALERT}`));
    const sent = rig.store.all.find(({ type }) => type === 'AlertSent');
    expect(sent?.data).toMatchObject({ provider: sentBy });
  });

  it('is sent again only to the provider that recognises its messages', async () => {
    const [one, two] = [provider('one', RECOGNISING), provider('two', ASKED)];
    const rig = await logOf([two, one], handedOver('one'), ended('one', 'uncertain'));
    await one.send({ id: ALERT, to: A, text: 'stay at home' });
    expect(await goOn(rig)).toEqual([`one: ${ALERT}`]);
    expect(rig.alerts('an').at(-1)?.status).toBe('sent');
  });

  it('is sent through another provider if it was refused', async () => {
    const rig = await logOf([provider('one'), provider('two')], handedOver('one'), ended('one', 'refused'));
    expect(await goOn(rig)).toEqual([`two: ${ALERT}`]);
  });

  it('and refused permanently was sent to nobody: nothing is taken back', async () => {
    const failed = { alertId: ALERT, reason: 'refused' as const, detail: 'no such number', provider: 'one' };
    const rig = await logOf([provider('one')], handedOver('one'), { type: 'AlertFailed', data: failed });
    await rig.retract();
    expect(await goOn(rig)).toEqual([]);
    expect(rig.alerts('an').at(-1)).toMatchObject({ status: 'withdrawn', withdrawal: 'none' });
  });

  it('that withdraws an alert is not sent twice either, and stays in doubt if nobody knows', async () => {
    const rig = await takingBack([provider('one'), provider('two', ASKED)], handedOver('one', 'withdrawal'));
    expect(await goOn(rig)).toEqual([]);
    expect(rig.alerts('an').at(-1)).toMatchObject({ withdrawal: 'failed', withdrawalFailure: 'uncertain' });
  });

  it('that withdraws an alert is found by asking the provider that has it', async () => {
    const one = provider('one', ASKED);
    const rig = await takingBack([one, provider('two')], handedOver('one', 'withdrawal'));
    await one.send({ id: WITHDRAWAL, to: A, text: 'it was wrong' });
    expect(await goOn(rig)).toEqual([`one: ${WITHDRAWAL}`]);
    expect(rig.alerts('an').at(-1)).toMatchObject({ withdrawal: 'sent' });
  });

  it.each([
    ['nobody knows whether it was sent', NOTHING, [], 'failed'],
    ['its provider recognises it', RECOGNISING, ['one'], 'sent'],
  ])('that reminds somebody is sent at most once if %s', async (_, knows, by, outcome) => {
    const one = provider('one', knows);
    const rig = await logOf([one, provider('two', ASKED)]);
    await rig.drain();
    const told = rig.providers.flatMap(({ messages }) => messages).length;
    const day = new Date(rig.now + 86_400_000).toISOString().slice(0, 10);
    rig.now = Date.parse(`${day}T03:00:00Z`);
    rig.tasks.open.push({ id: 'test', kind: 'test', caseId: CASE, personId: 'an', due: rig.now / 1000 });
    const reminderId = reminderIdOf('covid-19', rig.master.phoneIndex(A), day);
    await append(
      rig,
      streams.reminder(reminderId).name,
      { type: 'ReminderDue', data: { reminderId, disease: 'covid-19', day } },
      { type: 'ReminderHandedOver', data: { reminderId, provider: 'one' } },
      { type: 'ReminderHandOverEnded', data: { reminderId, provider: 'one', outcome: 'uncertain', detail: 'down' } },
    );
    if (knows.repeats) await one.send({ id: reminderId, to: A, text: 'today' });
    await rig.remind();
    const sent = (await goOn(rig)).filter((each) => each.endsWith(reminderId));
    expect(told).toBe(1);
    expect(sent).toEqual(by.map((name) => `${name}: ${reminderId}`));
    expect([...rig.tasks.reminded().values()]).toEqual([outcome]);
  });
});
