import type { AddressInfo } from 'node:net';
import smpp, { type PDU, type Session } from 'smpp';

export interface SmppFault {
  /** Whether the message is accepted nevertheless. */
  accept: boolean;
  /** A status by name, such as ESME_RTHROTTLED; or the connection is closed, or no answer comes. */
  then: string | 'close' | 'silence';
}

export interface Submitted {
  to: string;
  from: string;
  /** The text as a phone shows it; for a segment, its part. */
  text: string;
  messageId: string;
  dataCoding: number;
  registeredDelivery: number;
  bytes: number;
  /** Reference, total and number of a segment. */
  segment: number[] | undefined;
}

/** An SMSC on the library's own server that behaves as a test tells it to. */
export async function startSmppSimulator({ port = 0, password = 'secret' } = {}) {
  const accepted: Submitted[] = [];
  const binds: PDU[] = [];
  const acknowledged: PDU[] = [];
  const faults: SmppFault[] = [];
  let outstanding = 0;
  let widest = 0;
  let holding: (() => void)[] | undefined;
  let muted = false;

  const take = (session: Session, pdu: PDU) => {
    const fault = faults.shift();
    const messageId = `smsc-${accepted.length + 1}`;
    if (!fault || fault.accept) accepted.push(submitted(pdu, messageId));
    const respond = (fields: Record<string, unknown>) => {
      outstanding--;
      session.send(pdu.response(fields));
    };
    if (!fault) {
      const answer = () => respond({ message_id: messageId });
      if (holding) holding.push(answer);
      else answer();
    } else if (fault.then === 'close') session.destroy();
    else if (fault.then !== 'silence') respond({ command_status: smpp.errors[fault.then] });
  };

  const server = smpp.createServer((session) => {
    session.on('error', () => undefined);
    session.on('bind_transceiver', (pdu: PDU) => {
      binds.push(pdu);
      session.send(pdu.response(pdu.password === password ? {} : { command_status: smpp.errors.ESME_RINVPASWD }));
    });
    session.on('submit_sm', (pdu: PDU) => {
      widest = Math.max(widest, ++outstanding);
      take(session, pdu);
    });
    session.on('enquire_link', (pdu: PDU) => muted || session.send(pdu.response()));
    session.on('deliver_sm_resp', (pdu: PDU) => acknowledged.push(pdu));
    session.on('unbind', (pdu: PDU) => {
      session.send(pdu.response());
      session.close();
    });
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(port);
  const address = server.address() as AddressInfo;
  const dropAll = () => [...server.sessions].forEach((session) => session.destroy());
  const stop = async () => {
    dropAll();
    await new Promise((resolve) => server.close(resolve));
  };

  return {
    port: address.port,
    accepted,
    binds,
    acknowledged,
    fault: (...more: SmppFault[]) => void faults.push(...more),
    get sessions() {
      return server.sessions.length;
    },
    /** The largest number of messages that ever waited for their answer at a time. */
    get widest() {
      return widest;
    },
    get outstanding() {
      return outstanding;
    },
    /** Stops answering whether it is still there. */
    mute: () => void (muted = true),
    /** Accepts messages, but answers them only at `answerHeld`. */
    hold: () => void (holding = []),
    answerHeld() {
      const held = holding ?? [];
      holding = [];
      held.forEach((answer) => answer());
    },
    /** Sends this to every bound client. */
    deliver: (fields: Record<string, unknown>) => server.sessions.forEach((session) => session.deliver_sm(fields)),
    dropAll,
    stop,
    startAgain: () => listen(address.port),
    close: stop,
  };
}

export type SmppSimulator = Awaited<ReturnType<typeof startSmppSimulator>>;

/** Decodes the bytes itself where the library does not decode the udh. */
function submitted(pdu: PDU, messageId: string): Submitted {
  const short = pdu.short_message as { message: string | Buffer; udh?: Buffer[] };
  const payload = pdu.message_payload as { message: string } | undefined;
  const message = payload ? payload.message : short.message;
  const dataCoding = Number(pdu.data_coding);
  // The library does not decode a text that follows a header.
  const text = Buffer.isBuffer(message) ? smpp.encodings[dataCoding === 8 ? 'UCS2' : 'ASCII'].decode(message) : message;
  return {
    to: `+${String(pdu.destination_addr)}`,
    from: String(pdu.source_addr),
    text,
    messageId,
    dataCoding,
    registeredDelivery: Number(pdu.registered_delivery),
    bytes: Buffer.isBuffer(message) ? message.length : text.length,
    segment: short.udh?.[0] ? [...short.udh[0].subarray(2)] : undefined,
  };
}
