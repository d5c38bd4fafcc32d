import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { errorOfTrailers, unavailable } from './call-errors.js';
import type { Endpoint, WireSettings } from './settings.js';

/** Bytes that the other side may send before we took them: of one call, and of all. */
const CALL_WINDOW = 4 * 2 ** 20;
const WINDOW = 16 * 2 ** 20;
/** A message longer than this is no event of the log: those have at most 16 MB. */
const LONGEST_MESSAGE = 17 * 2 ** 20;
const FRAME_HEADER = 5;

const TOO_LONG = 'the log sent a message that is longer than any event';

/** Takes what a call receives. */
export interface CallListener {
  /** One message. Its bytes are only valid until this returns. */
  message(bytes: Buffer): void;
  /** Called once. @param error undefined when the server ended the call without one. */
  end(error: Error | undefined): void;
}

/** One HTTP/2 connection to a member of the log, on which calls of gRPC run beside one another. */
export class Connection {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  #failure: Error | undefined;
  #usable = true;

  constructor(
    readonly endpoint: Endpoint,
    private readonly settings: WireSettings,
  ) {
    const { tls, keepAlive, deadline } = settings;
    const { address: host, port } = endpoint;
    this.#socket = tls
      ? connectSecurely({ host, port, ALPNProtocols: ['h2'], ...(isIP(host) ? {} : { servername: host }), ...tls })
      : connectPlainly({ host, port });
    this.#socket.setNoDelay(true);
    const session = connect(`http${tls ? 's' : ''}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`, {
      settings: { initialWindowSize: CALL_WINDOW, enablePush: false },
      createConnection: () => this.#socket,
    });
    this.#session = session;
    const late = setTimeout(() => this.fail(unavailable(`no connection within ${deadline} ms`)), deadline);
    let probing: NodeJS.Timeout | undefined;
    const probe = () => {
      if (session.destroyed) return;
      const silent = setTimeout(
        () => this.fail(unavailable('the connection was silent for too long')),
        keepAlive.timeout,
      );
      session.ping(() => {
        clearTimeout(silent);
        probeLater();
      });
    };
    const probeLater = () => {
      if (keepAlive.interval !== Infinity) probing = setTimeout(probe, keepAlive.interval).unref();
    };
    // Its first frame: whoever only takes the connection is no log.
    session.once('remoteSettings', () => {
      clearTimeout(late);
      session.setLocalWindowSize(WINDOW);
      probeLater();
    });
    session.on('error', (error: Error) => this.fail(unavailable(error.message)));
    session.on('goaway', () => (this.#usable = false));
    session.on('close', () => {
      clearTimeout(late);
      clearTimeout(probing);
      this.#usable = false;
    });
  }

  /** Whether another call may be made on it. */
  get usable(): boolean {
    return this.#usable && !this.#session.closed && !this.#session.destroyed;
  }

  /** Begins a call. @throws the error of an unavailable log, when the connection is closed. */
  call(path: string, headers: Record<string, string>, listener: CallListener): Call {
    const { authorization } = this.settings;
    if (!this.usable) throw this.#failure ?? unavailable('the connection is closed');
    const stream = this.#session.request(
      {
        ...{ ':method': 'POST', ':path': path, te: 'trailers', 'content-type': 'application/grpc' },
        // Each message that is compressed by itself costs more than the network that it saves.
        'grpc-accept-encoding': 'identity',
        ...(authorization !== undefined && { authorization }),
        ...headers,
      },
      { endStream: false },
    );
    return new Call(stream, listener, () => this.#failure);
  }

  /** Ends every call with this error. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.close();
  }

  /** Lets nothing run any longer. */
  close(): void {
    this.#usable = false;
    // Not the session: while its peer is going away, destroying that has been seen to spin for ever in Node 20.
    this.#socket.destroy();
  }
}

/** A call of gRPC. */
export class Call {
  #over = false;
  #paused = false;
  /** What came and is not taken yet, and from where on. */
  #rest: Buffer | undefined;
  #at = 0;
  /** Chunks of a message whose end is still to come, after `#rest`. */
  #parts: Buffer[] = [];
  #have = 0;
  #need = 0;
  #status: Error | undefined | 'none' = 'none';
  #ended = false;

  constructor(
    private readonly stream: ClientHttp2Stream,
    private readonly listener: CallListener,
    failure: () => Error | undefined,
  ) {
    stream.on('response', (headers) => {
      const { ':status': http } = headers;
      // An answer without messages has the status in its first headers.
      if (headers['grpc-status'] !== undefined) this.#status = errorOfTrailers(headers);
      else if (http !== 200) this.#status = unavailable(`the log answered with the HTTP status ${http}`);
    });
    stream.on('trailers', (headers) => (this.#status = errorOfTrailers(headers)));
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', (error: Error) => {
      if (this.#status === 'none') this.#status = failure() ?? unavailable(error.message);
    });
    stream.on('close', () => {
      if (this.#status === 'none') {
        const how = stream.rstCode === constants.NGHTTP2_NO_ERROR ? 'ended' : `reset with code ${stream.rstCode}`;
        this.#status = failure() ?? unavailable(`the call was ${how} by the log`);
      }
      this.#ended = true;
      this.#finish();
    });
  }

  /** Sends frames. @returns false when the other side should get some time before the next: see `onDrain`. */
  write(frames: Buffer): boolean {
    if (this.#over || this.stream.destroyed) return true;
    return this.stream.write(frames);
  }

  onDrain(callback: () => void): void {
    this.stream.once('drain', callback);
  }

  /** Sends the last frame. */
  finish(frame: Buffer): void {
    if (!this.#over && !this.stream.destroyed) this.stream.end(frame);
  }

  /** No message comes until `resume`. */
  pause(): void {
    this.#paused = true;
    this.stream.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#drain();
    if (!this.#paused && !this.#over) this.stream.resume();
    this.#finish();
  }

  /** Ends the call; the listener hears nothing more. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.stream.close(constants.NGHTTP2_CANCEL);
  }

  /** Tells the end once everything that came before it is taken. */
  #finish(): void {
    if (!this.#ended || this.#over || (this.#paused && this.#rest)) return;
    this.#over = true;
    this.#forget();
    this.listener.end(this.#status === 'none' ? undefined : this.#status);
  }

  #forget(): void {
    this.#rest = undefined;
    this.#parts = [];
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#rest) {
      this.#parts.push(chunk);
      this.#have += chunk.length;
      // Copied once for a message, however many chunks it has.
      if (this.#paused || this.#have < this.#need) return;
      this.#join();
    } else {
      this.#rest = chunk;
      this.#at = 0;
    }
    this.#drain();
  }

  #join(): void {
    if (!this.#rest || this.#parts.length === 0) return;
    this.#rest = Buffer.concat([this.#rest.subarray(this.#at), ...this.#parts]);
    this.#at = 0;
    this.#parts = [];
  }

  #drain(): void {
    this.#join();
    while (this.#rest && !this.#paused && !this.#over) {
      const bytes = this.#rest;
      const left = bytes.length - this.#at;
      const length = left < FRAME_HEADER ? undefined : bytes.readUInt32BE(this.#at + 1);
      if (length !== undefined && (length > LONGEST_MESSAGE || bytes[this.#at] !== 0)) {
        this.#status = unavailable(length > LONGEST_MESSAGE ? TOO_LONG : 'the log sent a compressed message');
        this.stream.close(constants.NGHTTP2_CANCEL);
        this.#forget();
        return;
      }
      const need = FRAME_HEADER + (length ?? 0);
      if (left < need) {
        this.#have = left;
        this.#need = need;
        if (left === 0) this.#rest = undefined;
        return;
      }
      const start = this.#at + FRAME_HEADER;
      this.#at += need;
      this.listener.message(bytes.subarray(start, this.#at));
    }
  }
}
