import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Readable } from 'node:stream';
import {
  OurFault,
  ReceiverFault,
  TheirFault,
  Uncertain,
  type Message,
  type Receipt,
  type SmsProvider,
} from '../provider.js';
import { Gate } from './gate.js';
import type { EmailSettings } from './schemas.js';
import { secret } from './template.js';

/** The fields that nodemailer adds to its errors. */
interface MailError extends Error {
  code?: string;
  /** The command that failed, such as RCPT TO; CONN when the connection did. */
  command?: string;
  responseCode?: number;
  response?: string;
}

/**
 * E-mail through a mail server, for gateways that turn mails into text messages. Each message has a connection of its
 * own: the server could close a reused one while a message is written, and a pool would then send the message again
 * by itself. The body starts with the first byte that the server asks for after DATA. A failure before that has sent
 * nothing.
 */
export class Email implements SmsProvider {
  readonly name: string;
  readonly knows = { repeats: false, fates: false };
  readonly #auth: { user: string; pass: string } | undefined;
  readonly #gate: Gate;

  /** @throws GatewayError when the variable named in the settings is unset. */
  constructor(
    private readonly settings: EmailSettings,
    env: NodeJS.ProcessEnv,
  ) {
    const { user, passwordEnv } = settings;
    this.name = settings.name;
    this.#auth = user !== undefined && passwordEnv !== undefined ? { user, pass: secret(passwordEnv, env) } : undefined;
    this.#gate = new Gate(settings.connections);
  }

  send(message: Message): Promise<Receipt> {
    return this.#gate.run(() => this.#send(message));
  }

  wasSent(): Promise<Receipt | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return this.#gate.ended();
  }

  async #send(message: Message): Promise<Receipt> {
    const { from, subject } = this.settings;
    const to = this.settings.to.replaceAll('{to}', message.to).replaceAll('{digits}', message.to.replace(/^\+/, ''));
    const reference = `<${message.id}@${from.split('@')[1]}>`;
    // Quoted-printable keeps lines of any length and all letters. Many gateways read it, and people can.
    const mail = new MailComposer({
      ...{ from, to, subject, text: message.text, messageId: reference },
      textEncoding: 'quoted-printable',
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const source = await mail.compile().build();
    let asked = false;
    const body = Readable.from(
      (function* () {
        asked = true;
        yield source;
      })(),
    );
    try {
      await this.#hand({ from, to: [to] }, body);
    } catch (error) {
      throw faultOf(this.name, error as MailError, asked);
    }
    return { reference };
  }

  #hand(envelope: { from: string; to: string[] }, body: Readable): Promise<void> {
    const { host, port, secure, requireTls, connectTimeout, answerTimeout } = this.settings;
    const connection = new SMTPConnection({
      ...{ host, port, secure },
      requireTLS: requireTls && !secure,
      ...(!requireTls && { opportunisticTLS: true }),
      connectionTimeout: connectTimeout,
      greetingTimeout: connectTimeout,
      dnsTimeout: connectTimeout,
      socketTimeout: answerTimeout,
    });
    const done = new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      connection.on('end', () => reject(new Error('the connection ended')));
      const mail = () =>
        connection.send(envelope, body, (error) => {
          if (error) return reject(error);
          resolve();
        });
      connection.connect((error?: Error) => {
        if (error) return reject(error);
        if (!this.#auth) return mail();
        connection.login({ ...this.#auth, credentials: this.#auth }, (refused) => (refused ? reject(refused) : mail()));
      });
    });
    return done.finally(() => connection.quit());
  }
}

function faultOf(name: string, { code, command, responseCode, response }: MailError, asked: boolean): Error {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response ?? '')?.[1];
  // The server's own text is left out, because it may contain the address.
  const why = `${name}: ${[command, responseCode ?? code, enhanced].filter(Boolean).join(' ')}`;
  // The library itself refused it, for example because of an invalid address.
  if (command === 'API' && (code === 'EENVELOPE' || code === 'EMESSAGE')) return new OurFault(why);
  if (responseCode === undefined) return asked ? new Uncertain(`${why} after the mail was sent`) : new TheirFault(why);
  if (responseCode < 500 || responseCode === 503) return new TheirFault(why);
  // 5.7: not allowed, for example to relay. That concerns us, not the receiver.
  const receiver = command === 'RCPT TO' && responseCode !== 530 && !enhanced?.startsWith('5.7.');
  return receiver ? new ReceiverFault(why) : new OurFault(why);
}
