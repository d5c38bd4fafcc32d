import type { Request, RequestHandler } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { UserError } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { problem, sendProblem } from './problem.js';
import { NO_KEY, OTHER_HOST, OTHER_SITE } from './problems.js';

const BEARER = /^Bearer ([^\s]+)$/i;
const BASIC = /^Basic ([\w+/]+=*)$/i;
/** What a browser opens by itself, and has to ask its user for. */
const PAGES = /^\/(?:$|(?:console|queues|docs)(?:\/|$))/;
/** What the pages ask for: a browser sends what it was told for them once it is asked in the same words. */
const OF_PAGES = /^\/v1\/operations(\/|$)/;
const ASK = 'Basic realm="Truyvet", charset="UTF-8"';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** People answer by links that prove themselves, and providers report by URLs that do. */
const OPEN_TO_ALL = /^\/(health\/live|a\/[^/]*|r\/[^/]*\/[^/]*)$/;

/** Whether a path needs no key. */
export function isOpenToAll(path: string): boolean {
  return OPEN_TO_ALL.test(path);
}

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
 * Lets in who carries the service key, as a bearer token or, as browsers can, as the password of any user. Without a key
 * only this machine can connect, and then a request has to be addressed to it by its own name: a web page may lead a
 * browser here under a name of the page's. What changes anything is not taken from other sites' pages, since a browser
 * sends the password along with their requests, too.
 */
export function authenticate({ serviceKey }: Pick<Config, 'serviceKey'>): RequestHandler {
  const expected = serviceKey === undefined ? undefined : digest(serviceKey);
  return (request, response, next) => {
    if (isOpenToAll(request.path)) return next();
    const authorization = request.get('authorization') ?? '';
    const bearer = BEARER.exec(authorization)?.[1];
    if (bearer === undefined && !READING.has(request.method) && isOfAnotherSite(request)) {
      return sendProblem(response, problem(OTHER_SITE, 'The request comes from a page of another site.'));
    }
    if (expected === undefined) {
      if (isLoopback(request.hostname?.replace(/^\[|\]$/g, '') ?? '')) return next();
      return sendProblem(response, problem(OTHER_HOST, 'The request is addressed to another machine.'));
    }
    const given = bearer ?? passwordIn(authorization);
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    const page = PAGES.test(request.path);
    response.setHeader('WWW-Authenticate', page ? ASK : OF_PAGES.test(request.path) ? ['Bearer', ASK] : 'Bearer');
    const detail = given === undefined ? 'The request carries no service key.' : 'The service key is another.';
    const fix = page && { fix: 'Give the service key as the password, with any user name.' };
    sendProblem(response, problem(NO_KEY, detail, fix || {}));
  };
}

/** Of HTTP Basic; whose name stands before it says nothing. */
function passwordIn(authorization: string): string | undefined {
  const pair = BASIC.exec(authorization)?.[1];
  if (pair === undefined) return undefined;
  const text = Buffer.from(pair, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

/** As a browser says it; whatever else sends requests says nothing of the kind, and sends no password by itself. */
function isOfAnotherSite(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('origin');
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.get('host'));
}

/** Of equal length whatever was given, so that comparing takes equally long. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
