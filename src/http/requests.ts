import type { Request } from 'express';
import { randomUUID } from 'node:crypto';
import type { Provenance } from '../event-log/event-store.js';
import { refused } from '../kernel/errors.js';
import { OTHER_MEDIA_TYPE } from './problems.js';
import { RowRefused } from '../requests/refusal.js';
import type { Origin } from '../intake/outcome.js';

const LONGEST_KEY = 200;
/** It is kept with every event for ever, and shown to whoever reads the log. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** Under whose name a request's facts are stored. */
export function originOf(request: Request): Origin {
  const key = request.get('idempotency-key');
  if (key !== undefined && (key.trim() === '' || key.length > LONGEST_KEY)) {
    throw new RowRefused([
      { column: 'Idempotency-Key', reason: 'is empty or too long', fix: `Give 1 to ${LONGEST_KEY} characters.` },
    ]);
  }
  const given = request.get('x-request-id');
  const correlationId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  // Whoever got past the door holds every right, a laboratory's too, until there is a sign-in.
  return { provenance: { source: 'api', correlationId, laboratory: true }, key };
}

/** Of what is said of tasks and of operations: without a laboratory's rights, and not under a key of the caller's. */
export function provenanceOf(request: Request): Provenance {
  const { provenance } = originOf(request);
  return { source: provenance.source, correlationId: provenance.correlationId };
}

/** The body of a request with one JSON object. */
export function bodyOf(request: Request): unknown {
  if (request.is('application/json')) return request.body as unknown;
  throw refused(OTHER_MEDIA_TYPE, `The body is of type ${request.get('content-type') ?? 'none'}.`);
}

/** As OpenAPI shows it. */
export const HISTORY = {
  name: 'history',
  required: false,
  schema: { type: 'string' as const, enum: ['true', 'false'] },
  description: "true takes presence older than the tenant's retention: history is imported on purpose.",
};

export function isHistory(request: Request): boolean {
  const { history } = request.query;
  if (history === undefined || history === 'true' || history === 'false') return history === 'true';
  throw new RowRefused([
    { column: 'history', reason: 'is neither true nor false', fix: 'Write ?history=true, or leave it out.' },
  ]);
}
