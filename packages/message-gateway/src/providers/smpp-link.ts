import { isIP } from 'node:net';
import smpp, { type PDU, type Session } from 'smpp';
import { OurFault, TheirFault, Uncertain } from '../provider.js';
import type { SmppSettings } from './schemas.js';
import { faultOf } from './smpp-pdus.js';

type Fields = Record<string, unknown>;
const FIRST_WAIT = 500;

interface Bound {
  session: Session;
  /** Called for each message that waits for its answer when the connection is lost. */
  orphans: Set<() => void>;
}

/**
 * A bound connection to an SMSC. It is made on the first request and from then on again whenever it is lost, with
 * waits that double, because receipts come over it even when nothing is sent.
 */
export class SmppLink {
  #bound: Promise<Bound> | undefined;
  #session: Session | undefined;
  #again: NodeJS.Timeout | undefined;
  #wait = FIRST_WAIT;
  #fault: Error | undefined;
  #closed = false;

  /** @param onDeliver called with each deliver_sm after it was acknowledged. */
  constructor(
    private readonly settings: SmppSettings,
    private readonly password: string,
    private readonly onDeliver: (pdu: PDU) => void,
  ) {}

  /** Starts to connect unless that has begun already. The next `submit` sees the result. */
  open(): void {
    if (!this.#again && !this.#bound && !this.#closed) void this.#connect().catch(() => undefined);
  }

  /**
   * @returns the provider's id of the message.
   * @throws the errors of `SmsProvider.send`; at once while it waits before the next attempt to connect.
   */
  async submit(fields: Fields): Promise<string> {
    if (this.#closed) throw new OurFault(`${this.settings.name} was closed`);
    if (this.#again && this.#fault) throw this.#fault;
    const { session, orphans } = await (this.#bound ?? this.#connect());
    const { name, answerTimeout } = this.settings;
    return new Promise((resolve, reject) => {
      // The answer may still come, but the caller cannot wait for ever to learn whether the message was sent.
      const late = () => end(() => reject(new Uncertain(`${name} did not answer within ${answerTimeout} ms`)));
      const timer = setTimeout(late, answerTimeout);
      const orphaned = () => end(() => reject(new Uncertain(`the connection to ${name} was lost before its answer`)));
      const end = (run: () => void) => {
        clearTimeout(timer);
        orphans.delete(orphaned);
        run();
      };
      orphans.add(orphaned);
      const written = session.submit_sm(fields, ({ command_status: status, message_id: id }) =>
        end(() => (status === 0 ? resolve(String(id)) : reject(faultOf(status, name, 'submit')))),
      );
      if (!written) return end(() => reject(new TheirFault(`${name} is not connected`)));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    const session = this.#session;
    if (!session || session.socket.destroyed) return;
    await new Promise<void>((resolve) => {
      session.once('close', resolve);
      const timer = setTimeout(() => session.destroy(), 1_000);
      session.once('close', () => clearTimeout(timer));
      if (!session.unbind(() => session.close())) session.destroy();
    });
  }

  #connect(): Promise<Bound> {
    this.#again = undefined;
    this.#bound = this.#bind().then(
      (bound) => {
        this.#wait = FIRST_WAIT;
        this.#fault = undefined;
        return bound;
      },
      (error: Error) => {
        this.#later(error);
        throw error;
      },
    );
    return this.#bound;
  }

  #later(fault: Error): void {
    this.#bound = undefined;
    this.#fault = fault;
    if (this.#closed) return;
    this.#again = setTimeout(() => void this.#connect().catch(() => undefined), this.#wait);
    this.#wait = Math.min(this.#wait * 2, this.settings.reconnectAtMost);
  }

  #bind(): Promise<Bound> {
    const { name, host, port, tls, systemId, systemType, connectTimeout } = this.settings;
    return new Promise((resolve, reject) => {
      const session = smpp.connect({ host, port, tls, ...(tls && !isIP(host) && { servername: host }) });
      this.#session = session;
      const orphans: Bound['orphans'] = new Set();
      let why = 'closed';
      let bound = false;
      session.once('close', () => {
        clearTimeout(timer);
        const error = new TheirFault(`no connection to ${name}: ${why}`);
        if (bound) this.#later(error);
        else reject(error);
        for (const orphaned of orphans) orphaned();
      });
      const timer = setTimeout(() => session.destroy(), connectTimeout);
      session.on('error', (error: NodeJS.ErrnoException) => {
        // Also emitted for bytes that the library cannot parse, after which it reads no further.
        why = error.code ?? 'what it sent cannot be read';
        session.destroy();
      });
      session.on('deliver_sm', (pdu: PDU) => {
        session.send(pdu.response());
        this.onDeliver(pdu);
      });
      session.on('enquire_link', (pdu: PDU) => session.send(pdu.response()));
      session.on('unbind', (pdu: PDU) => {
        why = 'unbound by the other side';
        session.send(pdu.response());
        session.close();
      });
      session.once(tls ? 'secureConnect' : 'connect', () => {
        const fields = { system_id: systemId, password: this.password, system_type: systemType };
        session.bind_transceiver({ ...fields, interface_version: 0x34 }, ({ command_status: status }) => {
          clearTimeout(timer);
          if (status === 0) {
            bound = true;
            this.#enquire(session);
            return resolve({ session, orphans });
          }
          reject(faultOf(status, name, 'bind'));
          session.destroy();
        });
      });
    });
  }

  /** Finds a connection that died silently, and closes it. */
  #enquire(session: Session): void {
    const { enquireEvery, answerTimeout } = this.settings;
    let silent: NodeJS.Timeout | undefined;
    const timer = setInterval(() => {
      silent ??= setTimeout(() => session.destroy(), answerTimeout);
      session.enquire_link(() => {
        clearTimeout(silent);
        silent = undefined;
      });
    }, enquireEvery);
    session.once('close', () => {
      clearInterval(timer);
      clearTimeout(silent);
    });
  }
}
