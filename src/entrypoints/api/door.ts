import type { RequestHandler } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { UserError } from '../../domain/errors.js';
import type { Config } from '../../platform/config.js';
import { problem, sendProblem } from './problem.js';

const BEARER = /^Bearer ([^\s]+)$/i;
/** People answer by links that prove themselves, and providers report by URLs that do. */
const OPEN_TO_ALL = /^\/(health\/live|a\/[^/]*|r\/[^/]*\/[^/]*)$/;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** @throws UserError when the address would let others in without a key. */
export function checkListening({ host, serviceKey }: Pick<Config, 'host' | 'serviceKey'>): void {
  if (isLoopback(host) || serviceKey !== undefined) return;
  throw new UserError(
    `TRUYVET_HOST is ${host}, which others can reach, and there is no TRUYVET_SERVICE_KEY.`,
    'Set TRUYVET_SERVICE_KEY to a secret of 16 characters at least, or leave TRUYVET_HOST at 127.0.0.1.',
  );
}

/**
 * Lets in who carries the service key. Without a key only this machine can connect, and then a request has to be
 * addressed to it by its own name: a web page may lead a browser here under a name of the page's.
 */
export function door({ serviceKey }: Pick<Config, 'serviceKey'>): RequestHandler {
  const expected = serviceKey === undefined ? undefined : digest(serviceKey);
  return (request, response, next) => {
    if (OPEN_TO_ALL.test(request.path)) return next();
    if (expected === undefined) {
      if (isLoopback(request.hostname?.replace(/^\[|\]$/g, '') ?? '')) return next();
      const fix = 'Use http://127.0.0.1, or set TRUYVET_SERVICE_KEY to be reached under other names.';
      return sendProblem(response, problem(421, 'The request is addressed to another machine.', { fix }));
    }
    const given = BEARER.exec(request.get('authorization') ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    response.setHeader('WWW-Authenticate', 'Bearer');
    const detail = given === undefined ? 'The request carries no service key.' : 'The service key is another.';
    sendProblem(response, problem(401, detail, { fix: 'Send the header "Authorization: Bearer KEY".' }));
  };
}

/** Of equal length whatever was given, so that comparing takes equally long. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
