import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryReport, SmsProvider } from '../../src/provider.js';
import { Smpp } from '../../src/providers/smpp.js';
import { env, settingsOf } from '../simulators/settings.js';
import { startSmppSimulator, type SmppSimulator } from '../simulators/smpp-simulator.js';

const message = { id: 'alert-1', to: '+84912345678', text: 'Bạn là F1' };
const LONG = 'Hãy ở nhà, tránh gặp người khác. '.repeat(6);

let smsc: SmppSimulator;
const opened: SmsProvider[] = [];
beforeEach(async () => {
  smsc = await startSmppSimulator();
});
afterEach(async () => {
  for (const provider of opened.splice(0)) await provider.close();
  await smsc.close();
});

function smpp(more: object = {}, variables: NodeJS.ProcessEnv = env): Smpp {
  const provider = new Smpp(settingsOf('smpp', { port: smsc.port, reconnectAtMost: 50, ...more }), variables);
  opened.push(provider);
  return provider;
}

/** The first value that is not undefined. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  let found = await look();
  for (; found === undefined; found = await look()) await delay(5);
  return found;
}

/** Retries until the provider is connected, because without a connection sending is refused at once. */
const sendOnceConnected = (provider: Smpp, sent = message) =>
  until(() =>
    provider.send(sent).catch((error: Error) => (error.name === 'TheirFault' ? undefined : Promise.reject(error))),
  );

describe('a message over SMPP', () => {
  it('is sent in UCS-2 or in the default alphabet, from a name, to a number without its plus, with a receipt', async () => {
    const provider = smpp();
    expect(await provider.send(message)).toEqual({ reference: 'smsc-1' });
    await provider.send({ ...message, text: 'Ban la F1 [€]' });
    const common = { to: message.to, from: 'CDC', registeredDelivery: 1, segment: undefined };
    expect(smsc.accepted).toMatchObject([
      { ...common, text: message.text, dataCoding: 8 },
      { ...common, text: 'Ban la F1 [€]', dataCoding: 0 },
    ]);
    expect(smsc.binds).toMatchObject([{ system_id: 'truyvet', interface_version: 0x34 }]);
  });

  it('asks for no receipt if configured so', async () => {
    await smpp({ receipts: false }).send(message);
    expect(smsc.accepted).toMatchObject([{ registeredDelivery: 0 }]);
  });

  it('with several segments is sent as one payload', async () => {
    await smpp().send({ ...message, text: LONG });
    expect(smsc.accepted).toMatchObject([{ text: LONG, dataCoding: 8, registeredDelivery: 1 }]);
  });

  it('with several segments is sent in parts with a header, of which the last asks for the receipt', async () => {
    expect(await smpp({ long: 'udh' }).send({ ...message, text: LONG })).toEqual({ reference: 'smsc-3' });
    expect(smsc.accepted.map(({ text }) => text).join('')).toBe(LONG);
    expect(smsc.accepted.map(({ segment }) => segment?.slice(1))).toEqual([
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
    expect(new Set(smsc.accepted.map(({ segment }) => segment?.[0])).size).toBe(1);
    expect(smsc.accepted.map(({ registeredDelivery }) => registeredDelivery)).toEqual([0, 0, 1]);
  });

  it('in parts has the rest retried while the other side is busy', async () => {
    const provider = smpp({ long: 'udh' });
    await provider.send(message);
    smsc.hold();
    const sending = provider.send({ ...message, text: LONG });
    await until(() => smsc.accepted.length === 2 || undefined);
    smsc.fault({ accept: false, then: 'ESME_RTHROTTLED' });
    smsc.answerHeld();
    await until(() => smsc.accepted.length === 3 || undefined);
    smsc.answerHeld();
    await until(() => smsc.accepted.length === 4 || undefined);
    smsc.answerHeld();
    expect(await sending).toEqual({ reference: 'smsc-4' });
  });

  it('in parts is in doubt if only some of them were sent', async () => {
    const provider = smpp({ long: 'udh' });
    smsc.hold();
    const sending = provider.send({ ...message, text: LONG });
    await until(() => smsc.accepted.length === 1 || undefined);
    smsc.fault({ accept: false, then: 'ESME_RINVDSTADR' });
    smsc.answerHeld();
    await expect(sending).rejects.toMatchObject({ name: 'Uncertain' });
  });

  it('waits if too many are in progress', async () => {
    const provider = smpp({ window: 3 });
    smsc.hold();
    const sending = Promise.all(Array.from({ length: 7 }, () => provider.send(message)));
    await until(() => smsc.outstanding === 3 || undefined);
    let done = false;
    void sending.then(() => (done = true));
    await until(() => {
      smsc.answerHeld();
      return done || undefined;
    });
    expect([smsc.widest, smsc.accepted.length]).toEqual([3, 7]);
  });
});

describe('what an SMSC answers', () => {
  it.each([
    ['ESME_RTHROTTLED', 'TheirFault'],
    ['ESME_RMSGQFUL', 'TheirFault'],
    ['ESME_RSYSERR', 'TheirFault'],
    ['ESME_RINVDSTADR', 'ReceiverFault'],
    ['ESME_RINVSRCADR', 'OurFault'],
    ['ESME_RINVMSGLEN', 'OurFault'],
  ])('%s is a matter of %s, and the connection continues', async (then, name) => {
    const provider = smpp();
    smsc.fault({ accept: false, then });
    const error = await provider.send(message).catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name });
    expect(String(error)).toContain(then);
    expect(await provider.send(message)).toEqual({ reference: 'smsc-1' });
    expect(smsc.binds).toHaveLength(1);
  });

  it.each([true, false])(
    'leaves open whether a message was sent if the connection breaks (it was: %s)',
    async (accept) => {
      const provider = smpp();
      smsc.fault({ accept, then: 'close' });
      await expect(provider.send(message)).rejects.toMatchObject({ name: 'Uncertain' });
      expect(smsc.accepted).toHaveLength(accept ? 1 : 0);
    },
  );

  it('leaves it open for every message in progress if the connection breaks', async () => {
    const provider = smpp();
    smsc.hold();
    const sending = Promise.allSettled(Array.from({ length: 5 }, () => provider.send(message)));
    await until(() => smsc.outstanding === 5 || undefined);
    smsc.dropAll();
    const lost = expect.stringContaining('the connection to smpp was lost') as unknown;
    for (const outcome of await sending)
      expect(outcome).toMatchObject({ reason: { name: 'Uncertain', message: lost } });
  });

  it('leaves it open if it takes too long', async () => {
    smsc.fault({ accept: true, then: 'silence' });
    await expect(smpp({ answerTimeout: 50 }).send(message)).rejects.toMatchObject({ name: 'Uncertain' });
  });

  it('is our fault if it refuses our login', async () => {
    await expect(smpp({}, { PASSWORD: 'wrong' }).send(message)).rejects.toMatchObject({ name: 'OurFault' });
    expect(() => smpp({}, {})).toThrow('PASSWORD');
  });
});

describe('the connection to an SMSC', () => {
  it('is their fault if there is none, and is made when they are available', async () => {
    await smsc.stop();
    const provider = smpp();
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'TheirFault' });
    await smsc.startAgain();
    expect(await sendOnceConnected(provider)).toEqual({ reference: 'smsc-1' });
  });

  it('is restored automatically after it broke', async () => {
    const provider = smpp();
    await provider.send(message);
    smsc.dropAll();
    await until(() => smsc.binds.length >= 2 || undefined);
    expect(await sendOnceConnected(provider)).toEqual({ reference: 'smsc-2' });
  });

  it('is given up and replaced if the other side no longer answers', async () => {
    const provider = smpp({ enquireEvery: 20, answerTimeout: 20 });
    await provider.send(message);
    smsc.mute();
    await until(() => smsc.binds.length >= 2 || undefined);
  });

  it('is closed properly', async () => {
    const provider = smpp();
    await provider.send(message);
    await provider.close();
    await until(() => smsc.sessions === 0 || undefined);
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'OurFault' });
  });
});

describe('receipts over SMPP', () => {
  const text = (stat: string, id = 'smsc-1') =>
    `id:${id} sub:001 dlvrd:001 submit date:2108050900 done date:2108050901 stat:${stat} err:012 text:Ban la F1, so`;

  /** @returns the reports of these deliveries. A last delivery follows them and is left out. */
  async function reported(...delivered: Record<string, unknown>[]): Promise<DeliveryReport[]> {
    const reports: DeliveryReport[] = [];
    smpp().onReport((report) => reports.push(report));
    await until(() => smsc.binds.length === 1 || undefined);
    // Once the last delivery is reported, all earlier ones were handled.
    for (const each of [...delivered, { esm_class: 4, short_message: text('DELIVRD', 'last') }]) smsc.deliver(each);
    await until(() => reports.some(({ reference }) => reference === 'last') || undefined);
    await until(() => smsc.acknowledged.length === delivered.length + 1 || undefined);
    return reports.slice(0, -1);
  }

  it('arrive without anything having been sent, and say nothing about the message', async () => {
    expect(await reported({ esm_class: 4, short_message: text('DELIVRD') })).toEqual([
      { reference: 'smsc-1', status: 'network-delivered', detail: 'DELIVRD, err 012' },
    ]);
  });

  it.each(['UNDELIV', 'EXPIRED', 'REJECTD', 'DELETED'])('say with %s that a message failed', async (stat) => {
    expect(await reported({ esm_class: 4, short_message: text(stat) })).toMatchObject([{ status: 'failed' }]);
  });

  it('say nothing in between, and messages from phones are not receipts', async () => {
    expect(
      await reported(
        { esm_class: 4, short_message: text('ACCEPTD') },
        { esm_class: 4, short_message: text('ENROUTE') },
        { esm_class: 0, short_message: text('DELIVRD') },
        { esm_class: 4, short_message: 'anything' },
      ),
    ).toEqual([]);
  });

  it('are read from their own fields before the text', async () => {
    const fields = { esm_class: 4, receipted_message_id: 'own-id', message_state: 5, short_message: text('DELIVRD') };
    expect(await reported(fields)).toMatchObject([{ reference: 'own-id', status: 'failed' }]);
  });
});
