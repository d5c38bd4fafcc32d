import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

export interface SmtpFault {
  at: 'connect' | 'mail' | 'rcpt' | 'data' | 'body' | 'end';
  /** Whether the mail is accepted nevertheless; only meaningful at the end. */
  accept?: boolean;
  /** A reply code and text, or the connection is closed. */
  then: string | 'close';
}

export interface Mail {
  to: string;
  messageId: string;
  headers: string;
  text: string;
}

/** A mail server that behaves as a test tells it to. The login is health / secret. */
export async function startSmtpSimulator({ login = false } = {}) {
  const accepted: Mail[] = [];
  const faults: SmtpFault[] = [];
  const take = (at: SmtpFault['at']) => (faults[0]?.at === at ? faults.shift() : undefined);
  const refusal = (then: string) => {
    const [, code, text] = /^(\d{3}) (.*)$/.exec(then) ?? [];
    return Object.assign(new Error(text), { responseCode: Number(code) });
  };
  const sockets = new Set<Socket>();
  const closeAll = () => sockets.forEach((socket) => socket.destroy());
  const step = (at: SmtpFault['at'], done: (error?: Error | null) => void) => {
    const fault = take(at);
    if (!fault) return done();
    if (fault.then === 'close') closeAll();
    else done(refusal(fault.then));
  };

  const server = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    authOptional: !login,
    logger: false,
    onConnect: (_session, done) => step('connect', done),
    onAuth: (auth, _session, done) =>
      auth.username === 'health' && auth.password === 'secret'
        ? done(null, { user: auth.username })
        : done(refusal('535 5.7.8 bad credentials')),
    onMailFrom: (_address, _session, done) => step('mail', done),
    onRcptTo: (_address, _session, done) => step('rcpt', done),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      if (take('data')) return closeAll();
      let gone = false;
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!take('body')) return;
        gone = true;
        closeAll();
      });
      stream.on('end', () => {
        if (gone) return;
        const fault = take('end');
        if (!fault || fault.accept) accepted.push(read(Buffer.concat(chunks).toString('latin1'), session));
        if (fault?.then === 'close') return closeAll();
        done(fault ? refusal(fault.then) : null);
      });
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

  return {
    port: (server.server.address() as AddressInfo).port,
    accepted,
    fault: (...more: SmtpFault[]) => void faults.push(...more),
    async close() {
      closeAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type SmtpSimulator = Awaited<ReturnType<typeof startSmtpSimulator>>;

function read(source: string, session: SMTPServerSession): Mail {
  const end = source.indexOf('\r\n\r\n');
  const headers = source.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1] ?? '';
  const body = source.slice(end + 4);
  const encoding = header('Content-Transfer-Encoding').toLowerCase();
  const text = encoding === 'quoted-printable' ? fromQuotedPrintable(body) : body;
  return {
    to: session.envelope.rcptTo.map(({ address }) => address).join(','),
    messageId: header('Message-ID'),
    headers,
    // A mail ends with a line break that is not part of the text.
    text: text.replaceAll('\r\n', '\n').replace(/\n$/, ''),
  };
}

function fromQuotedPrintable(body: string): string {
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
