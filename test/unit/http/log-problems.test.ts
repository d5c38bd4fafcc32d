import { anyStream } from '../../support/events.js';
import { describe, expect, it } from '@jest/globals';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  AccessDeniedError,
  CancelledError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { Neo4jError } from 'neo4j-driver';
import { pino } from 'pino';
import { ProblemFilter, type Problem } from '../../../src/http/problem.js';
import { GraphNotReady } from '../../../src/contact-graph/gate.js';
import { SERVICE_PROBLEMS, serviceProblem } from '../../../src/http/service-problems.js';
import { OutOfStep } from '../../../src/contact-graph/checkpoints.js';
import { AppendTooLarge, checkAppend } from '../../../src/event-log/append-size.js';
import { LogDamaged, StreamDeleted, WrongRevision } from '../../../src/event-log/event-store.js';

/** The problem that a caller over HTTP gets for an error. */
function told(error: unknown): Problem {
  let body = '';
  const response = {
    headersSent: false,
    status: () => response,
    type: () => response,
    send: (text: string) => (body = text),
  };
  new ProblemFilter(pino({ level: 'silent' }), () => []).catch(
    error,
    new ExecutionContextHost([{ method: 'POST', complete: true }, response]),
  );
  return JSON.parse(body) as Problem;
}

/** An error as the client creates it from a gRPC status. */
function grpc(code: number, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(`${code} of gRPC`), { code, details: `${code} of gRPC`, metadata });
}

const neo4j = (code: string) =>
  new Neo4jError('as Neo4j says it', code, '50N42', 'error: general processing exception', undefined as never);
const leader = { 'leader-endpoint-host': 'other', 'leader-endpoint-port': '2113' };

const pause = { type: 'AlertingPaused' as const, data: { provider: null, reason: 'a test' } };

const errors: [string, unknown, keyof typeof SERVICE_PROBLEMS][] = [
  ['writes for an erased person', new StreamDeleted('key-p1'), 'log-erased'],
  [
    'reads of an erased person, by the client',
    new StreamDeletedError(grpc(9, { 'stream-name': 'key-p1' })),
    'log-erased',
  ],
  ['comes at the same moment as somebody else', new WrongRevision('case-1', 3, 4), 'log-conflict'],
  [
    'appends more than the log takes',
    new MaxAppendSizeExceededError(grpc(3, { 'maximum-append-size': '1048576' })),
    'log-append-too-large',
  ],
  [
    'appends more than the log takes, before it is sent',
    new AppendTooLarge(
      anyStream('operations-alerts'),
      [{ id: 'a', event: pause, provenance: { source: 'api' } }],
      2_000_000,
    ),
    'log-append-too-large',
  ],
  ['meets damage', new LogDamaged('The event log is damaged in 1.chunk'), 'log-damaged'],
  ['meets damage, by the client', grpc(15), 'log-damaged'],
  ['is not let in', new AccessDeniedError(grpc(16)), 'log-refuses'],
  ['may not do that', new AccessDeniedError(grpc(7)), 'log-refuses'],
  ['finds the log away', new UnavailableError(grpc(14)), 'log-away'],
  ['finds the log away, by gRPC itself', grpc(14), 'log-away'],
  ['waits too long for the log', new DeadlineExceededError(grpc(4)), 'log-away'],
  ['is cut off by the log', new CancelledError(grpc(1)), 'log-away'],
  ['reads too slowly', new TimeoutError(grpc(10)), 'log-away'],
  ['asks one of a cluster that does not lead', new NotLeaderError(grpc(5, leader)), 'log-not-leader'],
  ['comes when the disk of the log is full', new UnknownError(grpc(8)), 'log-full'],
  ['is answered by the log in a way that nobody knows', new UnknownError(grpc(2)), 'log-unclear'],
  ['comes while the graph is built', new OutOfStep('another epoch'), 'graph-incomplete'],
  [
    "runs into a limit of ours or the operator's",
    neo4j('Neo.ClientError.Transaction.TransactionTimedOut'),
    'graph-slow',
  ],
  ['waits too long for a lock', neo4j('Neo.ClientError.Transaction.LockAcquisitionTimeout'), 'graph-slow'],
  [
    'is one more than the graph accepts at once',
    neo4j('Neo.TransientError.Transaction.MaximumTransactionLimitReached'),
    'graph-full',
  ],
  [
    "needs more memory than the operator's limit",
    neo4j('Neo.TransientError.General.MemoryPoolOutOfMemoryError'),
    'graph-full',
  ],
  ['finds the graph away', neo4j('ServiceUnavailable'), 'graph-away'],
];

describe('A caller who', () => {
  it('sends what the log does not accept learns which stream, type and field are wrong, with a code', () => {
    const event = { ...pause, data: { ...pause.data, reason: 'x'.repeat(20_001) } };
    const refused = (work: () => void): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    const newEvent = { id: 'a', event, provenance: { source: 'api' } };
    expect(told(refused(() => checkAppend(anyStream('operations-alerts'), [newEvent])))).toMatchObject({
      ...{ status: 422, type: 'urn:truyvet:problem:event-refused' },
      detail: 'AlertingPaused cannot be stored in operations-alerts: reason is longer than 20000 characters.',
      fix: 'reason: shorten it.',
    });
    expect(told(new AppendTooLarge(anyStream('operations-alerts'), [newEvent], 2_000_000))).toMatchObject({
      detail: expect.stringMatching(/^An append to operations-alerts has 2000000 bytes.* in reason of AlertingPaused/),
    });
  });

  it.each(errors)('%s is told so, with a separate code and what to do', (_, error, code) => {
    const problem = told(error);
    expect(problem).toMatchObject({ status: SERVICE_PROBLEMS[code].status, type: `urn:truyvet:problem:${code}` });
    expect(problem.detail).toMatch(/^[A-Zk].*\.?$/);
    expect(problem.fix).toMatch(/\w{3}.*\.$/);
    // The same sentences as on the command line.
    expect(serviceProblem(error)).toMatchObject({ detail: problem.detail, fix: problem.fix });
  });

  it('writes for an erased person learns that this is the reason, and that the server is not at fault', () => {
    expect(told(new StreamDeleted('key-p1'))).toMatchObject({
      status: 410,
      detail: 'key-p1 was erased.',
      fix: expect.stringMatching(/person who was erased/),
    });
  });

  it('asks a graph that is not ready is told so by a separate code, and how long to wait', () => {
    expect(told(new GraphNotReady('it is being filled from the log'))).toMatchObject({
      ...{ status: 503, type: 'urn:truyvet:problem:graph-not-ready' },
      detail: expect.stringContaining('it is being filled from the log'),
      fix: expect.stringContaining('try again'),
    });
  });

  it('causes an internal error is told nothing about it', () => {
    expect(serviceProblem(new TypeError('x is not a function'))).toBeUndefined();
    expect(serviceProblem({ code: 14 })).toBeUndefined();
    expect(told(new TypeError('x is not a function'))).toMatchObject({
      type: 'urn:truyvet:problem:failed',
      status: 500,
    });
  });
});

it('Every problem code of the services has an error that leads to it', () => {
  expect(new Set(errors.map(([, , code]) => code))).toEqual(new Set(Object.keys(SERVICE_PROBLEMS)));
});
