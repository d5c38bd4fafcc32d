import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { EventLogError } from './event-log-error.js';
import type { Identity } from './access/certificates.js';

/** The server closes connections beyond this number before it reads anything from them. */
const MOST_CONNECTIONS = 256;
/** Milliseconds for the TLS handshake. A caller on this machine needs two or three. */
const HANDSHAKE_WITHIN = 10_000;

/** A certificate that can be replaced while the server runs. */
class NodeCredentials extends ServerCredentials {
  constructor({ certificate, key }: Identity) {
    super(
      { requestCert: false, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_WITHIN },
      { cert: certificate, key },
    );
  }

  renew({ certificate, key }: Identity): void {
    this.updateSecureContextOptions({ cert: certificate, key });
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}

export interface Listening {
  port: number;
  /** Shows this certificate to new connections from now on. */
  renew(identity: Identity): void;
  /** Accepts no more connections. Open ones end with the server. */
  close(): void;
}

/**
 * Listens for a gRPC server, over TLS.
 * @throws EventLogError when the port cannot be had.
 */
export async function listen(server: Server, host: string, port: number, identity: Identity): Promise<Listening> {
  const credentials = new NodeCredentials(identity);
  const injector = server.createConnectionInjector(credentials);
  const listener = createServer({ noDelay: true }, (socket) => {
    // A caller that goes away during the handshake is not an error.
    socket.on('error', () => undefined);
    injector.injectConnection(socket);
  });
  listener.maxConnections = MOST_CONNECTIONS;
  await opened(listener, host, port);
  return {
    port: (listener.address() as AddressInfo).port,
    renew: (renewed) => credentials.renew(renewed),
    close: () => void listener.close(),
  };
}

/**
 * Fails at once, before the folder is opened, with the error that listening would cause later. @throws EventLogError
 */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await opened(probe, host, port);
  await new Promise<void>((resolve) => probe.close(() => resolve()));
}

function opened(listener: NetServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', (error) => reject(portProblem(host, port, error.message)));
    listener.listen({ host, port }, () => {
      listener.removeAllListeners('error');
      listener.on('error', () => undefined);
      resolve();
    });
  });
}

const portProblem = (host: string, port: number, reason: string): EventLogError =>
  new EventLogError(
    'port-unavailable',
    /EADDRINUSE/.test(reason)
      ? `Port ${port} on ${host} is already in use.`
      : `The event log cannot listen on ${host}, port ${port}: ${reason}.`,
    'Choose another with --port and --host; --port 0 takes a free port.',
  );
