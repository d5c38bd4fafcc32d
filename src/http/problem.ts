import { NotAllowed } from '../requests/perform.js';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'pino';
import { isForPeople, NotKnown } from '../kernel/errors.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { EventRefused } from '../event-log/catalogue.js';
import { ClockInDoubt } from '../event-log/clock-guard.js';
import { RowRefused } from '../requests/refusal.js';
import { serviceProblem, typeOf } from './service-problems.js';

/** An error in the form of RFC 9457, with what to do about it. */
export interface Problem {
  /** `about:blank`, or a URN for a problem of a service or for something to wait for. */
  type: string;
  title: string;
  status: number;
  detail: string;
  fix?: string;
  /** The errors by field, when the content of the request is wrong. */
  errors?: { field: string; reason: string; fix: string }[];
}

/** What a controller may pass to an HttpException besides its message. */
interface Explained {
  message?: string | string[];
  fix?: string;
}

export function problem(
  status: number,
  detail: string,
  rest: Partial<Pick<Problem, 'type' | 'fix' | 'errors'>> = {},
): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...rest };
}

export function sendProblem(response: Response, body: Problem): void {
  response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}

/** The methods of a path; empty when the path does not exist. */
export type MethodsOf = (path: string) => string[];

/** Turns every error of a request into a problem. Errors that the caller did not cause are logged as well. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly methodsOf: MethodsOf,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const body = this.#problemOf(error, request, response);
    // A clock in doubt is logged once, not with each row that waits for it.
    if (body.status >= 500 && !(error instanceof ClockInDoubt))
      this.logger.error({ err: error, method: request.method }, 'a request failed');
    // Part of an answer was already sent, or the caller is gone.
    if (response.headersSent || (request.destroyed && !request.complete)) response.destroy();
    else sendProblem(response, body);
  }

  #problemOf(error: unknown, request: Request, response: Response): Problem {
    if (error instanceof RowRefused) {
      const errors = error.complaints.map(({ column, reason, fix }) => ({ field: column, reason, fix }));
      return problem(422, error.message, { fix: errors.map(({ fix }) => fix).join(' '), errors });
    }
    if (error instanceof ClockInDoubt) {
      return problem(503, error.message, { type: CLOCK_IN_DOUBT, ...(error.fix && { fix: error.fix }) });
    }
    if (error instanceof GraphNotReady) {
      return problem(503, error.message, { type: GRAPH_NOT_READY, ...(error.fix && { fix: error.fix }) });
    }
    if (error instanceof NotKnown) {
      return problem(404, error.message, { type: NOT_KNOWN, ...(error.fix && { fix: error.fix }) });
    }
    if (error instanceof NotAllowed) return problem(403, error.message, { type: NOT_ALLOWED });
    if (isForPeople(error)) {
      const type = error instanceof EventRefused && { type: `urn:truyvet:problem:${error.code}` };
      return problem(422, error.message, { ...(error.fix && { fix: error.fix }), ...type });
    }
    const status = statusOf(error);
    if (status === 404 && isFromRouter(error)) return this.#notThere(request, response);
    if (status === 413) return problem(413, 'The body is too large.', { fix: TOO_LARGE });
    if (status === 400 && isOfParser(error)) {
      return problem(400, `The body is not JSON: ${(error as Error).message}`, { fix: 'Send one JSON object.' });
    }
    if (error instanceof HttpException) return explained(error);
    if (status !== undefined && status < 500) return problem(status, (error as Error).message);
    const found = serviceProblem(error);
    if (found) return { ...problem(found.status, found.detail, { fix: found.fix }), type: typeOf(found.code) };
    return problem(500, 'The request failed for a reason of ours.', { fix: 'Look into the log of the API.' });
  }

  #notThere(request: Request, response: Response): Problem {
    const methods = this.methodsOf(request.path);
    if (methods.length === 0) {
      return problem(404, `There is nothing at ${request.path}.`, { fix: 'See /docs for what there is.' });
    }
    response.setHeader('Allow', methods.join(', '));
    return problem(405, `${request.path} does not answer to ${request.method}.`, {
      fix: `Use ${methods.join(' or ')}.`,
    });
  }
}

export const CLOCK_IN_DOUBT = 'urn:truyvet:problem:clock-in-doubt';
export const NOT_KNOWN = 'urn:truyvet:problem:not-known';
export const NOT_ALLOWED = 'urn:truyvet:problem:not-allowed';
export const GRAPH_NOT_READY = 'urn:truyvet:problem:graph-not-ready';
const TOO_LARGE = 'Send many rows as lines of JSON, of type application/x-ndjson: such a batch may have any length.';

function explained(error: HttpException): Problem {
  const given = error.getResponse();
  const { message, fix }: Explained = typeof given === 'string' ? { message: given } : given;
  const detail = Array.isArray(message) ? message.join('; ') : (message ?? error.message);
  return problem(error.getStatus(), detail, fix ? { fix } : {});
}

/** The status of Nest's errors and of those with a `status`, such as the body parser's. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

function isFromRouter(error: unknown): boolean {
  return error instanceof HttpException && /^Cannot [A-Z]+ \//.test(error.message);
}

/** The parser's errors have a type of their own; Nest passes syntax errors on as bad requests. */
function isOfParser(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('type' in error && String(error.type).startsWith('entity.')) || /JSON/.test(error.message))
  );
}
