import type { RequestHandler } from 'express';
import helmet from 'helmet';

const NONE = ["'none'"];
const SELF = ["'self'"];
const NOTHING = { defaultSrc: NONE, frameAncestors: NONE, baseUri: NONE, formAction: NONE };
/** The page of the API's description runs our own scripts, and has an inline style and images inside its style. */
const DOCS = {
  ...NOTHING,
  scriptSrc: SELF,
  styleSrc: [...SELF, "'unsafe-inline'"],
  imgSrc: [...SELF, 'data:'],
  fontSrc: [...SELF, 'data:'],
  connectSrc: SELF,
};

const allowing = (directives: Record<string, string[]>): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    xFrameOptions: { action: 'deny' },
    // The operator of the TLS proxy decides whether the host and its subdomains require TLS.
    strictTransportSecurity: false,
  });
const guardAnswer = allowing(NOTHING);
const guardDocs = allowing(DOCS);

/**
 * Sets headers on every answer, also on a refusal. An answer is about people, so no cache may keep it, and a browser
 * must not run any of it. Pages replace this policy by their own.
 */
export const guardHeaders: RequestHandler = (request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  const guard = /^\/docs(?:\/|$)/.test(request.path) ? guardDocs : guardAnswer;
  guard(request, response, next);
};
