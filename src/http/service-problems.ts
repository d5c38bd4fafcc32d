import { OutOfStep } from '../contact-graph/checkpoints.js';
import { ranIntoLimit } from '../contact-graph/limits.js';
import { AppendTooLarge } from '../event-log/append-size.js';
import { isDamage } from '../event-log/client-errors.js';
import { LOG_PROBLEMS } from '../event-log/problems.js';
import { GRAPH_PROBLEMS } from '../contact-graph/problems.js';
import type { ProblemKind } from '../kernel/problem.js';
import { LogDamaged, StreamDeleted, WrongRevision } from '../event-log/event-store.js';

/** What an error of the event log or the graph means for the caller, over HTTP and on the command line. */
export interface ServiceProblem {
  problem: ProblemKind;
  /** A sentence. */
  detail: string;
  fix: string;
}

/** All problems of the two services, by code. */
export const SERVICE_PROBLEMS = { ...LOG_PROBLEMS, ...GRAPH_PROBLEMS };
export type ServiceProblemCode = keyof typeof SERVICE_PROBLEMS;

/** The problem of an error; undefined if the error is of neither service. */
export function serviceProblem(error: unknown): ServiceProblem | undefined {
  const found = ofLog(error) ?? ofGraph(error);
  if (!found) return undefined;
  const [code, detail] = found;
  const problem = SERVICE_PROBLEMS[code];
  return { problem, detail, fix: problem.fix };
}

type Found = [ServiceProblemCode, detail: string] | undefined;

function ofLog(error: unknown): Found {
  if (!(error instanceof Error)) return undefined;
  const damaged: boolean = error instanceof LogDamaged || isDamage(error);
  if (damaged) return ['log-damaged', damageIn(error.message)];
  if (error instanceof AppendTooLarge) return ['log-append-too-large', `${capitalised(error.message)}.`];
  if (error instanceof StreamDeleted) return ['log-erased', `${error.message}.`];
  if (error instanceof WrongRevision) return ['log-conflict', 'Another writer was faster.'];
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
  'stream-deleted': ['log-erased', 'The stream of the event to be stored was erased.'],
  'wrong-expected-version': ['log-conflict', 'Another writer was faster.'],
  'maximum-append-size-exceeded': ['log-append-too-large', 'It is more than the event log accepts at once.'],
  'access-denied': ['log-refuses', 'The event log refuses the connection.'],
  'not-leader': ['log-not-leader', 'The cluster of the event log is electing a leader.'],
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
      return ['log-full', `The event log cannot store more at the moment: ${message}`];
    case 13:
    case 14:
      return ['log-away', 'The event log does not answer.'];
    case 7:
    case 16:
      return ['log-refuses', 'The event log refuses the connection.'];
    default:
      return ['log-unclear', `The event log answered with an error: ${message}`];
  }
}

function ofGraph(error: unknown): Found {
  if (error instanceof OutOfStep) return ['graph-incomplete', `The contact graph is being built: ${error.message}.`];
  if (ranIntoLimit(error)) return ['graph-slow', 'The contact graph took too long to answer.'];
  if (!(error instanceof Error) || error.name !== 'Neo4jError' || !('code' in error)) return undefined;
  if (FULL.has(error.code)) return ['graph-full', 'The contact graph has no memory for more at this moment.'];
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
