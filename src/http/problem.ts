import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { isForPeople, Refused } from '../kernel/errors.js';
import { problemType, type ProblemKind } from '../kernel/problem.js';
import { ClockInDoubt } from '../event-log/clock-guard.js';
import { RowRefused } from '../requests/refusal.js';
import { WRONG_FIELDS } from '../requests/problems.js';
import {
  BAD_REQUEST,
  BODY_TOO_LARGE,
  CANNOT_BE_DONE,
  FAILED,
  NOT_JSON,
  NOTHING_THERE,
  OTHER_METHOD,
  PROBLEMS,
} from './problems.js';
import { serviceProblem } from './service-problems.js';

/** An error in the form of RFC 9457, with what to do about it. */
export interface Problem {
  /** A URN with the code of the problem: `docs/problems.md` lists them. */
  type: string;
  title: string;
  status: number;
  detail: string;
  fix?: string;
  /** The errors by field, when the content of the request is wrong. */
  errors?: { field: string; reason: string; fix: string }[];
}

/** @param rest replaces the problem's own `fix` with a more specific one, and adds errors by field. */
export function problem(
  kind: ProblemKind,
  detail: string,
  rest: Partial<Pick<Problem, 'fix' | 'errors'>> = {},
): Problem {
  const { status, title, fix } = kind;
  return { type: problemType(kind), title, status, detail, fix, ...rest };
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
    // Part of an answer was already sent, or the caller disconnected.
    if (response.headersSent || (request.destroyed && !request.complete)) response.destroy();
    else sendProblem(response, body);
  }

  #problemOf(error: unknown, request: Request, response: Response): Problem {
    if (error instanceof RowRefused) {
      const errors = error.complaints.map(({ column, reason, fix }) => ({ field: column, reason, fix }));
      return problem(WRONG_FIELDS, error.message, { fix: errors.map(({ fix }) => fix).join(' '), errors });
    }
    if (error instanceof Refused) return problem(error.problem, error.message, fixOf(error));
    if (isForPeople(error)) return problem(CANNOT_BE_DONE, error.message, fixOf(error));
    const status = statusOf(error);
    if (status === 404 && isFromRouter(error)) return this.#notThere(request, response);
    if (status === 413) return problem(BODY_TOO_LARGE, 'The body is too large.');
    if (status === 400 && isOfParser(error)) {
      return problem(NOT_JSON, `The body is not JSON: ${(error as Error).message}`);
    }
    if (status !== undefined && status < 500) {
      const kind = PROBLEMS.find((each) => each.status === status) ?? BAD_REQUEST;
      return { ...problem(kind, (error as Error).message), status };
    }
    const found = serviceProblem(error);
    if (found) return problem(found.problem, found.detail, { fix: found.fix });
    return problem(FAILED, 'The request failed because of an error in the program.');
  }

  #notThere(request: Request, response: Response): Problem {
    const methods = this.methodsOf(request.path);
    if (methods.length === 0) {
      return problem(NOTHING_THERE, `There is nothing at ${request.path}.`);
    }
    response.setHeader('Allow', methods.join(', '));
    return problem(OTHER_METHOD, `${request.path} does not support ${request.method}.`, {
      fix: `Use ${methods.join(' or ')}.`,
    });
  }
}

const fixOf = ({ fix }: { fix?: string | undefined }) => (fix ? { fix } : {});

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
