import type { RequestHandler } from 'express';
import helmet from 'helmet';

const NONE = ["'none'"];
const SELF = ["'self'"];
const NOTHING = { defaultSrc: NONE, frameAncestors: NONE, baseUri: NONE, formAction: NONE };
/** The API's description is a page of scripts of ours, with a style written into it and pictures in its style. */
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
    // Whether a host is to be reached by TLS alone, and its sub-domains with it, is for whoever runs the proxy with TLS.
    strictTransportSecurity: false,
  });
const guardAnswer = allowing(NOTHING);
const guardDocs = allowing(DOCS);

/**
 * On every answer, also a refusal: it is about people, so nothing on the way keeps it, and whatever opens it runs nothing
 * of it. Pages set their own policy over this one.
 */
export const guardHeaders: RequestHandler = (request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  const guard = /^\/docs(?:\/|$)/.test(request.path) ? guardDocs : guardAnswer;
  guard(request, response, next);
};
