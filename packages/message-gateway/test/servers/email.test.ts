import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { Email } from '../../src/providers/email.js';
import { env, settingsOf } from '../simulators/settings.js';
import { startSmtpSimulator, type SmtpFault, type SmtpSimulator } from '../simulators/smtp-simulator.js';

const message = { id: 'alert-1', to: '+84912345678', text: 'Bạn là F1\nhotline 1900 9095' };

let server: SmtpSimulator;
const start = async (options = {}) => {
  await server?.close();
  server = await startSmtpSimulator(options);
};
beforeEach(() => start());
afterEach(() => server.close());

const email = (more: object = {}, variables: NodeJS.ProcessEnv = env) =>
  new Email(settingsOf('email', { port: server.port, ...more }), variables);

describe('a message by e-mail', () => {
  it('is sent to the address of the gateway, with an id derived from ours', async () => {
    expect(await email().send(message)).toEqual({ reference: '<alert-1@cdc.example>' });
    await email({ to: '{digits}@sms.example', subject: 'Tin nhắn' }).send(message);
    const common = { messageId: '<alert-1@cdc.example>', text: message.text };
    expect(server.accepted).toMatchObject([
      { ...common, to: '+84912345678@sms.example' },
      { ...common, to: '84912345678@sms.example' },
    ]);
    expect(server.accepted[0]?.headers).toMatch(/^From: alerts@cdc\.example$/m);
  });

  it.each(['.\n..leading dots\n.', `${'ế'.repeat(2_000)}`, 'trailing space \nFrom me = =3D', '😷'])(
    'arrives unchanged: %j',
    async (text) => {
      await email().send({ ...message, text });
      expect(server.accepted).toMatchObject([{ text }]);
    },
  );

  it('logs in if configured', async () => {
    await start({ login: true });
    await email({ user: 'health', passwordEnv: 'PASSWORD' }).send(message);
    expect(server.accepted).toHaveLength(1);
    const wrong = email({ user: 'health', passwordEnv: 'PASSWORD' }, { PASSWORD: 'wrong' });
    await expect(wrong.send(message)).rejects.toMatchObject({ name: 'OurFault' });
    expect(() => email({ user: 'health', passwordEnv: 'PASSWORD' }, {})).toThrow('PASSWORD');
  });

  it('is not sent unencrypted if TLS is required', async () => {
    await expect(email({ requireTls: true }).send(message)).rejects.toMatchObject({ name: 'OurFault' });
    expect(server.accepted).toEqual([]);
  });
});

describe('what a mail server answers', () => {
  const cases: [SmtpFault, string][] = [
    [{ at: 'connect', then: '421 4.3.2 later' }, 'TheirFault'],
    [{ at: 'connect', then: 'close' }, 'TheirFault'],
    [{ at: 'mail', then: '451 4.3.0 later' }, 'TheirFault'],
    [{ at: 'mail', then: '550 5.7.1 not you' }, 'OurFault'],
    [{ at: 'mail', then: 'close' }, 'TheirFault'],
    [{ at: 'rcpt', then: '550 5.1.1 no such user' }, 'ReceiverFault'],
    [{ at: 'rcpt', then: '554 5.7.1 relay denied' }, 'OurFault'],
    [{ at: 'rcpt', then: '450 4.2.1 grey' }, 'TheirFault'],
    [{ at: 'rcpt', then: 'close' }, 'TheirFault'],
    [{ at: 'end', then: '452 4.3.1 full' }, 'TheirFault'],
    [{ at: 'end', then: '554 5.6.0 spam' }, 'OurFault'],
    [{ at: 'end', then: 'close' }, 'Uncertain'],
    [{ at: 'end', then: 'close', accept: true }, 'Uncertain'],
    [{ at: 'data', then: 'close' }, 'TheirFault'],
    [{ at: 'body', then: 'close' }, 'Uncertain'],
  ];
  it.each(cases)('%j is a matter of %s', async (fault, name) => {
    server.fault(fault);
    const error = await email()
      .send(message)
      .catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name });
    expect(String(error)).not.toContain('912345678');
    expect(server.accepted).toHaveLength(fault.accept ? 1 : 0);
    // The next mail is sent.
    await email().send(message);
    expect(server.accepted).toHaveLength(fault.accept ? 2 : 1);
  });

  it('is not waited for if nobody listens', async () => {
    const none = createServer();
    await new Promise<void>((resolve) => none.listen(0, '127.0.0.1', resolve));
    const { port } = none.address() as AddressInfo;
    await new Promise((resolve) => none.close(resolve));
    await expect(email({ port }).send(message)).rejects.toMatchObject({ name: 'TheirFault' });
  });
});
