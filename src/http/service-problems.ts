import { OutOfStep } from '../contact-graph/checkpoints.js';
import { ranIntoLimit } from '../contact-graph/limits.js';
import { AppendTooLarge } from '../event-log/append-size.js';
import { isDamage } from '../event-log/client-errors.js';
import { LogDamaged, StreamDeleted, WrongRevision } from '../event-log/event-store.js';

/** What an error of the event log or of the graph means for the caller, over HTTP and on the command line. */
export interface ServiceProblem {
  /** For programs; its type is `urn:truyvet:problem:` followed by this code. */
  code: ServiceProblemCode;
  /** The HTTP status. */
  status: number;
  /** A sentence. */
  detail: string;
  fix: string;
}

/** Every code, with its status. */
export const SERVICE_PROBLEMS = {
  'log-erased': 410,
  'log-conflict': 409,
  'log-append-too-large': 413,
  'log-damaged': 500,
  'log-refuses': 503,
  'log-full': 503,
  'log-away': 503,
  'log-not-leader': 503,
  'log-unclear': 503,
  'graph-incomplete': 503,
  'graph-slow': 503,
  'graph-full': 503,
  'graph-away': 503,
} as const;
export type ServiceProblemCode = keyof typeof SERVICE_PROBLEMS;

export const typeOf = (code: ServiceProblemCode): string => `urn:truyvet:problem:${code}`;

const STATUS = 'See `npx truyvet services status`.';
const AGAIN = 'Send the same again later: what was stored is not stored twice.';
const GRAPH = 'Ask again later. See `npx truyvet services status` and `npx truyvet projections status`.';
const LIMITS = 'see "Limits of time" in docs/operations.md.';

const FIXES: Record<ServiceProblemCode, string> = {
  'log-erased':
    'It belongs to a person who was erased, and nothing more can be noted there. Leave out what is about them.',
  'log-conflict': AGAIN,
  'log-append-too-large': 'Send less at a time, or shorter texts.',
  'log-damaged': 'Run `npx truyvet log verify`: it says what is damaged and what to do.',
  'log-refuses': 'Restart the event log and the API, or correct the user and password in EVENTSTORE_URL.',
  'log-full': `Make room on its disk where that is full. ${AGAIN} ${STATUS}`,
  'log-away': `${AGAIN} ${STATUS}`,
  'log-not-leader': `${AGAIN} A cluster that keeps saying so has no majority: look at its nodes.`,
  'log-unclear': `${AGAIN} The log of the event log says more.`,
  'graph-incomplete': GRAPH,
  'graph-slow': `Ask for less, or again later. Where the limit is of Neo4j itself (db.transaction.timeout), ${LIMITS}`,
  'graph-full': `Ask for less, or again later; to give Neo4j more, ${LIMITS}`,
  'graph-away': GRAPH,
};

/** Describes an error of the log or the graph; undefined for any other error. */
export function serviceProblem(error: unknown): ServiceProblem | undefined {
  const found = ofLog(error) ?? ofGraph(error);
  if (!found) return undefined;
  const [code, detail] = found;
  return { code, status: SERVICE_PROBLEMS[code], detail, fix: FIXES[code] };
}

type Found = [ServiceProblemCode, detail: string] | undefined;

function ofLog(error: unknown): Found {
  if (!(error instanceof Error)) return undefined;
  const damaged: boolean = error instanceof LogDamaged || isDamage(error);
  if (damaged) return ['log-damaged', damageIn(error.message)];
  if (error instanceof AppendTooLarge) return ['log-append-too-large', `${capitalised(error.message)}.`];
  if (error instanceof StreamDeleted) return ['log-erased', `${error.message}.`];
  if (error instanceof WrongRevision) return ['log-conflict', 'Somebody else wrote there at the same moment.'];
  const { type, code } = error as Error & { type?: unknown; code?: unknown };
  const known = typeof type === 'string' ? OF_CLIENT[type] : undefined;
  if (known === 'unclear' || (known === undefined && isUnclearGrpc(error))) return ofCode(code, error.message);
  return known;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The message without gRPC's number and name in front. */
function damageIn(message: string): string {
  const text = message.replace(/^\d+ [A-Z_]+: /, '');
  return /damaged/.test(text) ? text : `The event log is damaged: ${text}`;
}

/** Problems by the error types of the official client. */
const OF_CLIENT: Record<string, Found | 'unclear'> = {
  'stream-deleted': ['log-erased', 'What was to be written belongs to a stream that was erased.'],
  'wrong-expected-version': ['log-conflict', 'Somebody else wrote there at the same moment.'],
  'maximum-append-size-exceeded': ['log-append-too-large', 'It is more than the event log takes at a time.'],
  'access-denied': ['log-refuses', 'The event log does not let us in.'],
  'not-leader': ['log-not-leader', 'The event log is choosing another leader.'],
  unavailable: ['log-away', 'The event log does not answer.'],
  'deadline-exceeded': ['log-away', 'The event log does not answer in time.'],
  cancelled: ['log-away', 'The event log ended the connection.'],
  timeout: ['log-away', 'The event log dropped a reader that was too slow.'],
  unknown: 'unclear',
};

/** Whether it is an error of gRPC itself, which the client passes on unchanged. */
function isUnclearGrpc(error: Error): boolean {
  return 'code' in error && typeof error.code === 'number' && 'details' in error && 'metadata' in error;
}

function ofCode(code: unknown, message: string): Found {
  switch (code) {
    case 4:
      return ['log-away', 'The event log does not answer in time.'];
    case 8:
      return ['log-full', `The event log takes nothing more now: ${message}`];
    case 13:
    case 14:
      return ['log-away', 'The event log does not answer.'];
    case 7:
    case 16:
      return ['log-refuses', 'The event log does not let us in.'];
    default:
      return ['log-unclear', `The event log answered with an error: ${message}`];
  }
}

function ofGraph(error: unknown): Found {
  if (error instanceof OutOfStep) return ['graph-incomplete', `The contact graph is being made: ${error.message}.`];
  if (ranIntoLimit(error)) return ['graph-slow', 'The contact graph took too long to answer.'];
  if (!(error instanceof Error) || error.name !== 'Neo4jError' || !('code' in error)) return undefined;
  if (FULL.has(error.code)) return ['graph-full', 'The contact graph has no room for more at this moment.'];
  if (GONE.has(error.code)) return ['graph-away', 'The contact graph does not answer.'];
  return undefined;
}

/** The driver's codes for a server that it cannot reach, or cannot reach any more. */
const GONE = new Set<unknown>([
  'ServiceUnavailable',
  'SessionExpired',
  'Neo.TransientError.General.DatabaseUnavailable',
]);
/** Codes for limits of memory and of simultaneous transactions, on our own or an operator's Neo4j. */
const FULL = new Set<unknown>([
  'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
  'Neo.TransientError.General.OutOfMemoryError',
  'Neo.TransientError.General.StackOverFlowError',
  'Neo.TransientError.General.TransactionOutOfMemoryError',
  'Neo.TransientError.Transaction.MaximumTransactionLimitReached',
]);
