import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { DEEPEST, isTooDeep } from './nesting.js';
import { isOpenToAll } from './authentication.js';
import type { ProblemKind } from '../kernel/problem.js';
import { problem, sendProblem } from './problem.js';
import { BUSY, NESTED_TOO_DEEP, OTHER_MEDIA_TYPE, TOO_SLOW } from './problems.js';

/** How long the server waits for a body, and for how many at once. */
export interface BodyBounds {
  /** How long a body that is not a batch may take after the head of its request, in milliseconds. */
  within: number;
  /** The most bodies that may arrive at once at the routes that need no key. */
  open: number;
}

const BOUNDS: BodyBounds = { within: 20_000, open: 100 };
const AGAIN_IN_SECONDS = 10;
/** How long the remainder of a batch may take after its answer was sent, in milliseconds. */
const REST_WITHIN = 1_000;

const timers = new WeakMap<Request, NodeJS.Timeout>();

/**
 * Ends requests whose body does not arrive. The server itself has no limit, since a batch may take hours. Once its key
 * was checked, a batch has a limit for each chunk instead: see `letBatchesStream`.
 */
export function boundBodies({ within, open }: BodyBounds = BOUNDS): RequestHandler {
  let coming = 0;
  return (request, response, next) => {
    if (!hasBody(request)) return next();
    const isOpen = isOpenToAll(request.path);
    if (isOpen && coming >= open) {
      response.setHeader('Retry-After', String(AGAIN_IN_SECONDS));
      return end(request, response, BUSY, 'Too many requests are arriving at this moment.');
    }
    if (isOpen) coming++;
    const timer = setTimeout(() => {
      const fix = 'Send the whole body at once.';
      end(request, response, TOO_SLOW, `The body did not arrive within ${within / 1000} seconds.`, fix);
    }, within);
    timers.set(request, timer);
    let done = false;
    const settle = (): void => {
      if (done) return;
      done = true;
      // Other requests may follow on the same connection.
      request.socket.off('close', settle);
      clearTimeout(timer);
      if (isOpen) coming--;
    };
    // A request that was answered before its body arrived holds its connection until the body has arrived.
    request.once('end', settle);
    request.socket.once('close', settle);
    next();
  };
}

/** Runs after authentication: a batch may take as long as lines arrive. Its reader limits the wait for each chunk. */
export function letBatchesStream(request: Request, response: Response, next: NextFunction): void {
  if (!request.is('application/x-ndjson')) return next();
  const encoding = request.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') {
    const fix = 'Send the lines as they are, without Content-Encoding.';
    return end(
      request,
      response,
      OTHER_MEDIA_TYPE,
      `Batches are not accepted in the encoding ${encoding.slice(0, 40)}.`,
      fix,
    );
  }
  clearTimeout(timers.get(request));
  // The batch may be answered before its end, as when its lines stop arriving. What already arrives is read and
  // dropped, since the client may have sent its next request after it. The wait is limited, or it would hold the
  // connection.
  response.once('finish', () => {
    if (request.complete) return;
    const letGo = setTimeout(() => request.socket.destroySoon(), REST_WITHIN);
    letGo.unref();
    request.once('end', () => clearTimeout(letGo));
    request.resume();
  });
  next();
}

/**
 * A hook of the parser that checks a body before it is parsed. It must not throw: that would be answered as forbidden.
 */
export function noteNesting(request: IncomingMessage, _response: unknown, body: Buffer): void {
  if (isTooDeep(body)) tooDeep.add(request);
}

export function refuseNesting(request: Request, response: Response, next: NextFunction): void {
  if (!tooDeep.has(request)) return next();
  sendProblem(response, problem(NESTED_TOO_DEEP, `The body is nested more than ${DEEPEST} deep.`));
}

const tooDeep = new WeakSet<IncomingMessage>();

function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** Answers, if that is still possible, and lets go of the connection on which more may come. */
function end(request: Request, response: Response, kind: ProblemKind, detail: string, fix = kind.fix): void {
  if (response.headersSent) return void request.socket.destroy();
  response.setHeader('Connection', 'close');
  response.once('finish', () => request.socket.destroySoon());
  sendProblem(response, problem(kind, detail, { fix }));
}
