import type { Request, RequestHandler } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { UserError } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { problem, sendProblem } from './problem.js';
import { NO_KEY, OTHER_HOST, OTHER_SITE } from './problems.js';

const BEARER = /^Bearer ([^\s]+)$/i;
const BASIC = /^Basic ([\w+/]+=*)$/i;
/** Pages that a browser opens directly, so that it has to ask its user for the key. */
const PAGES = /^\/(?:$|(?:console|queues|docs)(?:\/|$))/;
/** Requests of those pages: a browser sends the user's password again when it gets the same challenge. */
const OF_PAGES = /^\/v1\/operations(\/|$)/;
const ASK = 'Basic realm="Truyvet", charset="UTF-8"';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Links for people's answers and URLs for providers' reports carry a proof of their own. */
const OPEN_TO_ALL = /^\/(health\/live|a\/[^/]*|r\/[^/]*\/[^/]*)$/;

/** Whether a path needs no key. */
export function isOpenToAll(path: string): boolean {
  return OPEN_TO_ALL.test(path);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** @throws UserError when other machines could reach the address and there is no key. */
export function checkListening({ host, serviceKey }: Pick<Config, 'host' | 'serviceKey'>): void {
  if (isLoopback(host) || serviceKey !== undefined) return;
  throw new UserError(
    `TRUYVET_HOST is ${host}, which others can reach, and TRUYVET_SERVICE_KEY is not set.`,
    'Set TRUYVET_SERVICE_KEY to a secret of at least 16 characters, or leave TRUYVET_HOST at 127.0.0.1.',
  );
}

/**
 * Accepts requests with the service key, as a bearer token or, for browsers, as the password of any user. Without a
 * configured key only this machine can connect, and the request must name a loopback host: a web page could lead a
 * browser here under another host name. Changes that come from pages of other sites are refused, because a browser
 * sends the password with those requests too.
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
    const detail = given === undefined ? 'The request has no service key.' : 'The service key is wrong.';
    const fix = page && { fix: 'Give the service key as the password, with any user name.' };
    sendProblem(response, problem(NO_KEY, detail, fix || {}));
  };
}

/** The password of HTTP Basic; the user name is ignored. */
function passwordIn(authorization: string): string | undefined {
  const pair = BASIC.exec(authorization)?.[1];
  if (pair === undefined) return undefined;
  const text = Buffer.from(pair, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

/** By the headers of browsers. Other clients do not send these headers, and do not send a password on their own. */
function isOfAnotherSite(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('origin');
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.get('host'));
}

/** Makes keys of any length comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
