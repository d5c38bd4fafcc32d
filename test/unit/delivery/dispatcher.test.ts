import { beforeEach, describe, expect, it } from '@jest/globals';
import { Dispatcher, HandedOverElsewhere, type Outcome } from '../../../src/delivery/dispatcher.js';
import { UnrecoverableError } from 'bullmq';
import { GraphNotReady } from '../../../src/contact-graph/gate.js';
import { messageStream } from '../../../src/delivery/events.js';
import { NotNotedYet, Purposes, type Purpose, type Reported } from '../../../src/delivery/purposes.js';
import { noteReport, untilGivenUp, UnknownMessage } from '../../../src/delivery/reports.js';
import { Routes, type Route } from '../../../src/delivery/routes.js';
import { CountedLog } from '../alerting/counted-log.js';
import { RememberingProvider } from '../alerting/remembering-provider.js';

const PHONE = '+84900000001';
const NOTHING = { repeats: false, fates: false };
const because = { source: 'test' };

/** A future register: it invites people to vaccinations, and knows whom its messages reached. */
class Appointments implements Purpose {
  readonly name = 'appointment';
  readonly arrived = new Map<string, boolean>();
  readonly unknown = new Set<string>();

  async reported(_: unknown, about: string, { delivered }: Reported): Promise<void> {
    if (this.unknown.delete(about)) throw new NotNotedYet();
    this.arrived.set(about, delivered);
  }
}

let store: CountedLog;
let appointments: Appointments;
let provider: RememberingProvider;

beforeEach(() => {
  store = new CountedLog();
  appointments = new Appointments();
  provider = new RememberingProvider({ name: 'gateway', knows: NOTHING });
});

const routeOf = (of: RememberingProvider): Route => ({
  ...{ name: of.name, provider: of, perSecond: null, whenUncertain: of.whenUncertain },
});
const due = { messageId: 'm1', purpose: 'appointment', about: 'appointment 1', whose: 'an' };
const text = { to: PHONE, text: 'Come at nine.' };

function sending(more: { purpose?: string; providers?: RememberingProvider[]; old?: boolean } = {}) {
  const [first, ...others] = (more.providers ?? [provider]).map(routeOf);
  if (!first) throw new Error('no provider');
  const purposes = new Purposes([appointments]);
  const dispatcher = new Dispatcher({ store, routes: new Routes([first, ...others]), purposes });
  const { purpose = due.purpose, old = true } = more;
  const send = () =>
    dispatcher.send({ due: { ...due, purpose }, because, via: first, old, write: () => Promise.resolve(text) });
  return { dispatcher, send, purposes };
}
const noted = () => store.all.map(({ type }) => type);

describe('A module with its own purpose', () => {
  it('sends through delivery, and is informed of the result of its message, without delivery knowing it', async () => {
    const { send, purposes } = sending();
    expect(await send()).toEqual({ type: 'sent', provider: 'gateway', receipt: { reference: '1' } });
    expect(await send()).toMatchObject({ type: 'sent', receipt: { reference: '1' } });
    expect(provider.messages).toEqual([{ id: 'm1', ...text }]);
    expect(store.all.every(({ stream }) => stream === 'message-an-m1')).toBe(true);

    const { messageId, purpose, about, whose } = due;
    const graph = { messageByReference: async () => ({ purpose, about, noted: { messageId, whose } }) };
    const report = { provider: 'gateway', reference: '1', status: 'failed' as const, detail: 'absent' };
    await noteReport(store, graph, purposes, report);
    expect(appointments.arrived).toEqual(new Map([['appointment 1', false]]));
    expect(noted()).toEqual(['MessageDue', 'MessageHandedToProvider', 'MessageSent', 'MessageUndelivered']);
  });

  it('is informed by the next attempt of what it could not note at once, and never of anything contradictory', async () => {
    const { send, purposes } = sending();
    await send();
    const { messageId, purpose, about, whose } = due;
    const graph = { messageByReference: async () => ({ purpose, about, noted: { messageId, whose } }) };
    const report = { provider: 'gateway', reference: '1', detail: '' };
    appointments.unknown.add(about);
    const deliver = () => noteReport(store, graph, purposes, { ...report, status: 'network-delivered' });
    await expect(deliver()).rejects.toThrow(NotNotedYet);
    await deliver();
    await noteReport(store, graph, purposes, { ...report, status: 'failed' });
    expect(appointments.arrived).toEqual(new Map([[about, true]]));
    expect(noted().filter((type) => type === 'MessageDelivered')).toHaveLength(1);
  });

  it.each<[string, Error, object, boolean]>([
    ['is given up once its message was searched for often and long', new UnknownMessage('unknown'), {}, true],
    ['is given up once its message was not noted for long', new NotNotedYet(), {}, true],
    ['is searched for again in the first minutes', new UnknownMessage('unknown'), { timestamp: 500_000 }, false],
    ['that had to wait for a worker is searched for often', new UnknownMessage('unknown'), { attemptsMade: 3 }, false],
    ['that cannot be recorded is never given up', new GraphNotReady('it is being filled'), {}, false],
  ])('a report %s', async (_, error, job, givenUp) => {
    const ran = untilGivenUp({ attemptsMade: 40, timestamp: 0, ...job }, 1_000_000, () => Promise.reject(error));
    await expect(ran).rejects.toThrow(givenUp ? UnrecoverableError : error);
  });

  it('sends nothing before it has recorded that it will', async () => {
    await expect(sending({ purpose: 'advertisement' }).send()).rejects.toThrow('no module sends messages as advert');
    expect(provider.messages).toEqual([]);
  });
});

describe('A message', () => {
  it('that two processes hand over at the same moment to one provider is sent by one of them', async () => {
    const outcomes = await Promise.allSettled([sending().send(), sending().send(), sending({ old: false }).send()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused.every((error) => error instanceof HandedOverElsewhere)).toBe(true);
    expect(provider.messages).toHaveLength(1);
  });

  it.each<[string, Outcome['type'], () => void]>([
    ['went', 'sent', () => undefined],
    ['was refused permanently', 'refused', () => void provider.refusing.add(PHONE)],
  ])('that %s is not tried again by a process that does not know that yet', async (_, type, before) => {
    before();
    const outcome = await sending().send();
    expect(outcome?.type).toBe(type);
    provider.refusing.clear();
    expect(await sending().send()).toEqual(outcome);
    expect(provider.messages).toHaveLength(type === 'sent' ? 1 : 0);
  });

  it('stays uncertain if nobody knows whether it was sent', async () => {
    provider.loses = 'sent';
    await expect(sending().send()).rejects.toThrow('lost');
    const outcome = await sending().send();
    expect(outcome).toMatchObject({ type: 'uncertain', provider: 'gateway' });
    expect(await sending().send()).toEqual(outcome);
    expect(await sending().dispatcher.lost({ due, because })).toMatchObject({ type: 'uncertain', provider: 'gateway' });
    expect(provider.messages).toHaveLength(1);
  });

  it('is not looked for before its first attempt, and nothing is noted if its only provider knows the result of each', async () => {
    const knowing = new RememberingProvider({ name: 'outbox' });
    expect(await sending({ providers: [knowing], old: false }).send()).toMatchObject({ type: 'sent' });
    expect(store.take()).toEqual([]);
    expect(await sending({ providers: [knowing] }).send()).toMatchObject({ type: 'sent', receipt: { reference: '1' } });
    expect(store.take()).toEqual(['read message 1']);
    expect(knowing.messages).toHaveLength(1);
  });

  it('that was handed over while there were several providers is noted to its end with the remaining one', async () => {
    const knowing = new RememberingProvider({ name: 'outbox' });
    knowing.down = true;
    await expect(sending({ providers: [knowing, provider] }).send()).rejects.toThrow('to be sent through gateway');
    knowing.down = false;
    await sending({ providers: [knowing] }).send();
    expect(noted()).toEqual(['MessageDue', 'MessageHandedToProvider', 'MessageNotAccepted', 'MessageSent']);
  });

  it('that could not be delivered was sent to nobody', async () => {
    const { send, purposes } = sending();
    await send();
    const { messageId, purpose, about, whose } = due;
    const graph = { messageByReference: async () => ({ purpose, about, noted: { messageId, whose } }) };
    const report = { provider: 'gateway', reference: '1', detail: '', status: 'failed' as const };
    expect(await sending().dispatcher.lost({ due, because })).toMatchObject({ type: 'sent' });
    await noteReport(store, graph, purposes, report);
    expect(await sending().dispatcher.lost({ due, because })).toBeUndefined();
  });

  it('is stored in a stream whose name says whose it is, whatever it is about', () => {
    expect(messageStream({ whose: 'an', messageId: 'm1' }).name).toBe('message-an-m1');
  });
});
