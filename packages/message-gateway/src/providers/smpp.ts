import { ExponentialBackoff, handleType, noJitterGenerator, retry } from 'cockatiel';
import {
  TheirFault,
  Uncertain,
  type DeliveryReport,
  type Message,
  type Receipt,
  type SmsProvider,
} from '../provider.js';
import { Gate } from './gate.js';
import type { SmppSettings } from './schemas.js';
import { SmppLink } from './smpp-link.js';
import { readReceipt, submissions } from './smpp-pdus.js';
import { secret } from './template.js';

/** Segments after the first are tried six times in some six seconds. */
const REST = retry(handleType(TheirFault), {
  maxAttempts: 5,
  backoff: new ExponentialBackoff({ initialDelay: 200, generator: noJitterGenerator }),
});

/**
 * An SMSC over SMPP 3.4 (Short Message Peer to Peer Protocol Specification v3.4, issue 1.2), bound as a transceiver.
 * The protocol does not know our ids: a repeat is another message, and nobody can be asked what happened to a
 * message.
 */
export class Smpp implements SmsProvider {
  readonly name: string;
  readonly knows = { repeats: false, fates: false };
  readonly #link: SmppLink;
  readonly #gate: Gate;
  readonly #listeners: ((report: DeliveryReport) => void)[] = [];
  #reference = Math.floor(Math.random() * 256);

  /** @throws GatewayError when the variable named in the settings is unset. */
  constructor(
    private readonly settings: SmppSettings,
    env: NodeJS.ProcessEnv,
  ) {
    this.name = settings.name;
    this.#gate = new Gate(settings.window);
    this.#link = new SmppLink(settings, secret(settings.passwordEnv, env), (pdu) => {
      const report = readReceipt(pdu);
      if (report) for (const listener of this.#listeners) listener(report);
    });
  }

  send(message: Message): Promise<Receipt> {
    return this.#gate.run(() => this.#send(message));
  }

  wasSent(): Promise<Receipt | undefined> {
    return Promise.resolve(undefined);
  }

  onReport(listener: (report: DeliveryReport) => void): void {
    this.#listeners.push(listener);
    this.#link.open();
  }

  async close(): Promise<void> {
    await this.#gate.ended();
    await this.#link.close();
  }

  async #send({ to, text }: Message): Promise<Receipt> {
    this.#reference = (this.#reference + 1) % 256;
    let reference = '';
    for (const [i, part] of submissions(to, text, this.settings, this.#reference).entries()) {
      reference = i === 0 ? await this.#link.submit(part) : await this.#submitRest(part, i);
    }
    return { reference };
  }

  /** Segments that were sent cannot be taken back, so the following ones are tried for a while. */
  async #submitRest(part: Record<string, unknown>, went: number): Promise<string> {
    try {
      return await REST.execute(() => this.#link.submit(part));
    } catch (error) {
      throw new Uncertain(`${went} of several segments were sent, but not all: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
