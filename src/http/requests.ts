import type { Request } from 'express';
import { randomUUID } from 'node:crypto';
import type { Provenance } from '../event-log/event-store.js';
import { KEY_HOLDER } from '../kernel/actor.js';
import { refused } from '../kernel/errors.js';
import { OTHER_MEDIA_TYPE } from './problems.js';
import { RowRefused } from '../requests/refusal.js';
import type { Origin } from '../intake/outcome.js';

const LONGEST_KEY = 200;
/** A request id is kept with every event for ever, and everybody who reads the log sees it. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The origin under which a request's facts are stored. @throws RowRefused when the idempotency key is not valid. */
export function originOf(request: Request): Origin {
  const key = request.get('idempotency-key');
  if (key !== undefined && (key.trim() === '' || key.length > LONGEST_KEY)) {
    throw new RowRefused([
      { column: 'Idempotency-Key', reason: 'is empty or too long', fix: `Give 1 to ${LONGEST_KEY} characters.` },
    ]);
  }
  const given = request.get('x-request-id');
  const correlationId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  // Anybody who is authenticated holds every right, including a laboratory's, until there is a sign-in.
  return { provenance: { source: 'api', correlationId, laboratory: true }, key };
}

/**
 * The provenance of requests about tasks and operations: without a laboratory's right and without an idempotency key.
 */
export function provenanceOf(request: Request): Provenance {
  const { provenance } = originOf(request);
  return { source: provenance.source, actor: KEY_HOLDER, correlationId: provenance.correlationId };
}

/** The JSON body of a request. @throws UnsupportedMediaTypeException when the body has another type. */
export function bodyOf(request: Request): unknown {
  if (request.is('application/json')) return request.body as unknown;
  throw refused(OTHER_MEDIA_TYPE, `The body is of type ${request.get('content-type') ?? 'none'}.`);
}

/** The OpenAPI description of the parameter. */
export const HISTORY = {
  name: 'history',
  required: false,
  schema: { type: 'string' as const, enum: ['true', 'false'] },
  description: "true accepts presence older than the tenant's retention, to import history on purpose.",
};

export function isHistory(request: Request): boolean {
  const { history } = request.query;
  if (history === undefined || history === 'true' || history === 'false') return history === 'true';
  throw new RowRefused([
    { column: 'history', reason: 'is neither true nor false', fix: 'Write ?history=true, or omit it.' },
  ]);
}
