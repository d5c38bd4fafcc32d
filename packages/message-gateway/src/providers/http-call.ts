import { request as plain, type OutgoingHttpHeaders } from 'node:http';
import { request as secure } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { OurFault, TheirFault, Uncertain } from '../provider.js';

export interface HttpRequest {
  method: string;
  /** An http: or https: URL. */
  url: string;
  headers: OutgoingHttpHeaders;
  body?: string;
  /** Milliseconds until the connection must be there. */
  connectTimeout: number;
  /** Milliseconds from then on until the whole answer must be there. */
  answerTimeout: number;
}

export interface HttpAnswer {
  status: number;
  body: string;
}

const LONGEST_ANSWER = 1 << 20;
/** Errors caused by this machine, not by the other side. */
const OURS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/**
 * Makes one HTTP request over a connection of its own. Node's `fetch` says "fetch failed" both when it never
 * connected and when the answer was lost, and the other side may close a reused connection just as the next request
 * is written. In both cases it would be unclear whether a message was sent. Here a request counts as written from the
 * moment it is connected. Redirects are not followed.
 * @throws TheirFault when there was no connection; OurFault when this machine could not even try; Uncertain when the
 * request may have been received but its answer was not.
 */
export async function call(request: HttpRequest): Promise<HttpAnswer> {
  return await new Promise((resolve, reject) => {
    let written = false;
    let timer: NodeJS.Timeout | undefined;
    const fail = (error: Error) => {
      clearTimeout(timer);
      const reason = (error as NodeJS.ErrnoException).code ?? error.message;
      if (written) reject(new Uncertain(`the answer was lost: ${reason}`, { cause: error }));
      else if (OURS.has(reason)) reject(new OurFault(`no connection can be made: ${reason}`, { cause: error }));
      else reject(new TheirFault(`no connection: ${reason}`, { cause: error }));
    };
    const within = (milliseconds: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => sent.destroy(new Error(`nothing for ${milliseconds} ms`)), milliseconds);
    };
    const sent = open(request);
    within(request.connectTimeout);
    sent.once('socket', (socket) => {
      // Over TLS, Node writes the request after the handshake.
      socket.once((socket as TLSSocket).encrypted ? 'secureConnect' : 'connect', () => {
        written = true;
        within(request.answerTimeout);
      });
    });
    sent.on('error', fail);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONGEST_ANSWER) response.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.once('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.end(request.body);
  });
}

function open({ url, method, headers, body }: HttpRequest) {
  try {
    const where = new URL(url);
    const options = { method, headers: { ...headers, ...lengthOf(body) }, agent: false };
    return where.protocol === 'https:' ? secure(where, options) : plain(where, options);
  } catch (error) {
    // The error's message may contain the URL or a header, and thus a secret.
    throw new OurFault(`the settings do not give a valid request: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function lengthOf(body: string | undefined): OutgoingHttpHeaders {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

/** The answer's JSON; undefined when the body is not JSON. */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch {
    return undefined;
  }
}
