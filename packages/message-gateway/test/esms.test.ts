import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Esms } from '../src/providers/esms.js';
import { startHttpSimulator, type HttpSimulator } from './simulators/http-simulator.mjs';
import { env, settingsOf } from './simulators/settings.js';

const message = { id: 'alert-1', to: '+84912345678', text: 'Bạn là F1' };
const answer = (CodeResult: string, more: object = {}) => ({ accept: false, body: { CodeResult, ...more } });

let simulator: HttpSimulator;
beforeEach(async () => {
  simulator = await startHttpSimulator();
});
afterEach(() => simulator.close());

const esms = (more: object = {}) => new Esms(settingsOf('esms', { url: simulator.url, ...more }), env);
const sent = (i = -1) => JSON.parse(simulator.requests.at(i)?.body ?? '') as Record<string, string>;

describe('a message to eSMS', () => {
  it('is a request for a brand-name message with our id', async () => {
    expect(await esms({ callbackUrl: 'https://cdc.example/reports' }).send(message)).toEqual({ reference: 'ref-1' });
    expect(sent()).toEqual({
      ApiKey: 'key-of-us',
      SecretKey: 'secret',
      Phone: '0912345678',
      Content: 'Bạn là F1',
      SmsType: '2',
      Brandname: 'CDC',
      IsUnicode: '1',
      Sandbox: '0',
      RequestId: 'alert-1',
      CallbackUrl: 'https://cdc.example/reports',
    });
  });

  it('says whether the text has diacritics, writes the number as configured, and may be a trial', async () => {
    await esms({ numbers: '84', sandbox: true }).send({ ...message, text: 'Ban la F1 [COVID-19]' });
    expect(sent()).toMatchObject({ Phone: '84912345678', IsUnicode: '0', Sandbox: '1' });
  });

  it('is sent to Vietnamese numbers only, and leaves the others to another provider', async () => {
    await expect(esms().send({ ...message, to: '+66812345678' })).rejects.toMatchObject({ name: 'TheirFault' });
    expect(simulator.requests).toEqual([]);
  });

  it('that was accepted before is recognised by its id, even if the first answer was lost', async () => {
    simulator.fault({ accept: true, then: 'close' });
    const provider = esms();
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'Uncertain' });
    expect(await provider.send(message)).toEqual({ reference: 'alert-1' });
    expect(simulator.accepted).toHaveLength(1);
  });

  it('is not considered sent if its repeat is one of a message that was refused', async () => {
    const provider = esms();
    simulator.fault(answer('103'), answer('124', { SendStatus: '5' }));
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'OurFault' });
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'TheirFault' });
    simulator.fault(answer('124', { SendStatus: '4' }));
    await expect(provider.send({ ...message, id: 'alert-2' })).rejects.toMatchObject({ name: 'TheirFault' });
  });

  it('is considered sent if the answer to another try was lost after a refusal', async () => {
    const provider = esms();
    simulator.fault(answer('103'), { accept: true, then: 'close' });
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'OurFault' });
    await expect(provider.send(message)).rejects.toMatchObject({ name: 'Uncertain' });
    expect(await provider.send(message)).toEqual({ reference: 'alert-1' });
  });

  it.each([
    ['101', 'OurFault'],
    ['103', 'OurFault'],
    ['104', 'OurFault'],
    ['146', 'OurFault'],
    ['108', 'ReceiverFault'],
    ['99', 'TheirFault'],
    ['177', 'TheirFault'],
    ['119', 'TheirFault'],
    ['a code of tomorrow', 'TheirFault'],
  ])('that is answered with %s is a matter of %s', async (code, name) => {
    simulator.fault(answer(code, { ErrorMessage: `no 0912345678 ${message.text}` }));
    const error = await esms()
      .send(message)
      .catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name });
    expect(String(error)).toContain(code);
    expect(String(error)).not.toMatch(/912345678|Bạn là F1/);
  });

  it.each([
    [{ accept: true, then: 'malformed' as const }, 'Uncertain'],
    [{ accept: true, then: 502, body: {} }, 'Uncertain'],
    [{ accept: false, then: 503, body: {} }, 'TheirFault'],
    [{ accept: false, then: 404, body: {} }, 'OurFault'],
    [{ accept: false, body: { error: 'Invalid request' } }, 'TheirFault'],
  ])('without a code is interpreted carefully: %j', async (fault, name) => {
    simulator.fault(fault);
    await expect(esms().send(message)).rejects.toMatchObject({ name });
  });
});
