import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { HttpGateway } from '../../src/providers/http-gateway.js';
import { startHttpSimulator, type HttpFault, type HttpSimulator } from '../simulators/http-simulator.mjs';
import { env, settingsOf } from '../simulators/settings.js';

const message = { id: 'alert-1', to: '+84912345678', text: 'Bạn là F1: {id} & "quoted"' };

let simulator: HttpSimulator;
beforeEach(async () => {
  simulator = await startHttpSimulator();
});
afterEach(() => simulator.close());

const gateway = (more: object = {}, variables: NodeJS.ProcessEnv = env) =>
  new HttpGateway(settingsOf('http', { url: `${simulator.url}/messages`, ...more }), variables);

/** A port without a listener. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a request to a gateway over HTTP', () => {
  it('is the one that the settings describe, with secrets from the environment', async () => {
    const url = `${simulator.url}/messages?from={sender}&n={digits}`;
    const basic = { user: 'cdc', passwordEnv: 'PASSWORD' };
    await gateway({ url, basic, headers: { 'X-Key': 'k {env:KEY}' } }).send(message);
    const [request] = simulator.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/messages?from=CDC&n=84912345678' });
    expect(request?.headers).toMatchObject({
      'x-key': 'k key-of-us',
      'idempotency-key': 'alert-1',
      authorization: `Basic ${Buffer.from('cdc:secret').toString('base64')}`,
      'content-type': 'application/json',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({ to: '+84912345678', text: message.text, from: 'CDC' });
  });

  it('carries every character in a form and in a URL, too', async () => {
    const sent = { ...message, text: 'đ ấ 😷 =&+%20 {to}' };
    const body = { form: { id: '{id}', to: '{to}', text: '{text}' } };
    await gateway({ body, idempotencyHeader: undefined }).send(sent);
    expect(simulator.accepted).toMatchObject([sent]);
    const url = `${simulator.url}/elsewhere?text={text}&to={to}`;
    await expect(gateway({ url, method: 'GET', body: undefined }).send(sent)).rejects.toThrow('HTTP 404');
    const asked = new URL(simulator.requests.at(-1)?.url ?? '', simulator.url).searchParams;
    expect([asked.get('text'), asked.get('to')]).toEqual([sent.text, sent.to]);
  });

  it('is never made if a secret is not set', () => {
    expect(() => gateway({}, {})).toThrow('TOKEN');
    expect(() => gateway({ headers: {}, query: { url: 'http://x/{id}?k={env:NONE}', reference: '/id' } })).toThrow(
      'NONE',
    );
  });
});

describe('what a gateway over HTTP answers', () => {
  const unreadable: HttpFault[] = [
    { accept: true, then: 'close' },
    { accept: false, then: 'close' },
    { accept: true, then: 'cut' },
    { accept: true, then: 'malformed' },
    { accept: true, then: 500 },
    { accept: false, then: 504 },
  ];
  it.each(unreadable)('leaves open whether a message was sent if it is: %j', async (fault) => {
    simulator.fault(fault);
    await expect(gateway().send(message)).rejects.toMatchObject({ name: 'Uncertain' });
  });

  it('leaves it open if it takes too long', async () => {
    simulator.fault({ accept: true, then: 'silence' });
    await expect(gateway({ answerTimeout: 50 }).send(message)).rejects.toMatchObject({ name: 'Uncertain' });
    expect(simulator.accepted).toHaveLength(1);
  });

  it.each([
    [429, 'TheirFault'],
    [503, 'TheirFault'],
    [408, 'TheirFault'],
    [400, 'OurFault'],
    [401, 'OurFault'],
    [302, 'OurFault'],
  ])('says with %i whose fault it is that nothing was sent', async (then, name) => {
    simulator.fault({ accept: false, then });
    await expect(gateway().send(message)).rejects.toMatchObject({ name });
    expect(simulator.accepted).toEqual([]);
  });

  it('is not waited for if nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/messages`;
    await expect(gateway({ url }).send(message)).rejects.toMatchObject({ name: 'TheirFault' });
    const nowhere = gateway({ url: 'http://nobody.invalid/messages' });
    await expect(nowhere.send(message)).rejects.toMatchObject({ name: 'TheirFault' });
  });

  it('is interpreted by the first matching rule', async () => {
    const answers = [
      { status: [200], at: '/code', is: [0], means: 'accepted' },
      { at: '/code', is: ['bad-number', 17], means: 'receiver' },
      { at: '/code', is: ['busy'], means: 'theirs' },
      { at: '/code', is: ['no-credit'], means: 'ours' },
      { status: [409], means: 'accepted' },
    ];
    const ruled = gateway({ answers, reference: undefined });
    const outcome = async (body: unknown, then?: number) => {
      simulator.fault({ accept: false, body, ...(then !== undefined && { then }) });
      return ruled.send(message).then(
        ({ reference }) => reference,
        (error: Error) => error.name,
      );
    };
    expect(await outcome({ code: 0 })).toBe('alert-1');
    expect(await outcome({ code: 17 })).toBe('ReceiverFault');
    expect(await outcome({ code: 'bad-number' }, 400)).toBe('ReceiverFault');
    expect(await outcome({ code: 'busy' })).toBe('TheirFault');
    expect(await outcome({ code: 'no-credit' }, 500)).toBe('OurFault');
    expect(await outcome({}, 409)).toBe('alert-1');
    // No rule covers this answer, so the message may have been sent.
    expect(await outcome({ code: 'new' })).toBe('Uncertain');
  });

  it('does not put the number, the text or a secret into an error', async () => {
    const body = { error: `no ${message.to}, ${message.text}, t0ken` };
    for (const fault of [
      { accept: false, then: 400, body },
      { accept: false, then: 500, body },
    ]) {
      simulator.fault(fault);
      const error = await gateway()
        .send(message)
        .catch((e: unknown) => e as Error);
      expect(String(error)).not.toMatch(/912345678|F1|t0ken/);
    }
    const wrong = gateway({ headers: { 'X-Key': '{env:BROKEN}' } }, { ...env, BROKEN: 'a\nb' });
    const error = await wrong.send(message).catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name: 'OurFault' });
    expect(String(error)).not.toContain('a\nb');
  });
});

describe('asking a gateway over HTTP for the status of a message', () => {
  const asking = (more: object = {}) =>
    gateway({ query: { url: `${simulator.url}/messages/{id}`, reference: '/data/id', ...more } });

  it('finds one whose answer was lost, so that it is sent once', async () => {
    simulator.fault({ accept: true, then: 'close' });
    await expect(asking().send(message)).rejects.toMatchObject({ name: 'Uncertain' });
    expect(await asking().wasSent('alert-1')).toEqual({ reference: 'ref-1' });
    expect(await asking().send(message)).toEqual({ reference: 'ref-1' });
    expect(simulator.accepted).toHaveLength(1);
  });

  it('finds none that was not accepted, or that was refused', async () => {
    simulator.fault({ accept: false, then: 'close' });
    await expect(asking().send(message)).rejects.toMatchObject({ name: 'Uncertain' });
    expect(await asking().wasSent('alert-1')).toBeUndefined();
    await asking().send(message);
    Object.assign(simulator.accepted[0] ?? {}, { state: 'rejected' });
    expect(await asking({ refused: { at: '/data/state', is: ['rejected'] } }).wasSent('alert-1')).toBeUndefined();
  });

  it('fails if there is no answer, instead of reporting an unknown message', async () => {
    const elsewhere = gateway({ query: { url: `http://127.0.0.1:${await freePort()}/{id}`, reference: '/id' } });
    await expect(elsewhere.wasSent('alert-1')).rejects.toMatchObject({ name: 'TheirFault' });
  });
});
