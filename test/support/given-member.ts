import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Identity } from '@truyvet/event-log-node/certificates';

/** One member of an external server: where it listens, and whether it does. */
export class GivenMember {
  readonly #sessions = new Set<ServerHttp2Session>();
  #server: Http2Server | undefined;
  #port = 0;

  /**
   * @param serve answers one call.
   * @param identity the TLS certificate; without it, connections are plain.
   */
  constructor(
    private readonly serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, member: GivenMember) => void,
    private readonly identity: Identity | undefined,
  ) {}

  get port(): number {
    return this.#port;
  }

  get isAlive(): boolean {
    return this.#server !== undefined;
  }

  /** Starts listening, on its previous port. */
  async begin(): Promise<void> {
    if (this.#server) return;
    const { identity } = this;
    const server = identity ? createSecureServer({ cert: identity.certificate, key: identity.key }) : createServer();
    server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => undefined);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      this.serve(stream, headers, this);
    });
    server.listen(this.#port, 'localhost');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Like a kill: every connection breaks, and nobody listens. */
  async end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const session of this.#sessions) session.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
