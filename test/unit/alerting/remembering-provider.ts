import {
  type Message,
  type Receipt,
  ReceiverFault,
  type SmsProvider,
  TheirFault,
  Uncertain,
} from '@truyvet/message-gateway';
import type { Route } from '../../../src/delivery/routes.js';

/**
 * Remembers every message. Unless configured to send an id only once, as providers do, it sends a second copy, so that
 * a test sees whether one was requested.
 */
export class RememberingProvider implements SmsProvider {
  readonly name: string;
  readonly knows: SmsProvider['knows'];
  readonly #once: boolean;
  whenUncertain: Route['whenUncertain'] = 'at-most-once';
  /** Whether it only writes to a file, which reaches nobody. */
  file = false;
  /** Whether it refuses everything. */
  down = false;
  /** Whether the answer to the next message is lost, and the message was sent or not. */
  loses: 'sent' | 'unsent' | undefined;

  constructor({
    once = false,
    name = 'memory',
    knows = { repeats: true, fates: true },
  }: { once?: boolean; name?: string; knows?: SmsProvider['knows'] } = {}) {
    this.#once = once;
    this.name = name;
    this.knows = knows;
  }

  readonly messages: Message[] = [];
  readonly refusing = new Set<string>();
  /** Called when a message is sent. */
  onSend: (message: Message) => void = () => undefined;

  async send(message: Message): Promise<Receipt> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down) throw new TheirFault('down');
    if (this.refusing.has(message.to)) throw new ReceiverFault('no such number');
    const { loses } = this;
    this.loses = undefined;
    if (loses === 'unsent') throw new Uncertain('lost');
    const known = this.#once ? this.#receipt(message.id) : undefined;
    if (known) return known;
    this.onSend(message);
    this.messages.push(message);
    if (loses === 'sent') throw new Uncertain('lost');
    return { reference: `${this.messages.length}` };
  }

  async wasSent(id: string): Promise<Receipt | undefined> {
    await Promise.resolve();
    if (!this.knows.fates) throw new Error('it cannot be asked');
    return this.#receipt(id);
  }

  #receipt(id: string): Receipt | undefined {
    const place = this.messages.findIndex((message) => message.id === id);
    return place < 0 ? undefined : { reference: `${place + 1}` };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
