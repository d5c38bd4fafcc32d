import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

/** Errors in the protocol's form: a gRPC status, and the name of the exception in the trailers. */

function protocolError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, printable(value));
  return Object.assign(new Error(details), { code, details, metadata });
}

/** Trailers hold printable ASCII only, so other characters are percent-encoded. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/gu, (part) => encodeURIComponent(part));

export const streamDeleted = (name: string): ServiceError =>
  protocolError(status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': name,
  });

export const wrongVersion = (name: string, expected: number, actual: number): ServiceError =>
  protocolError(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${name}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': name,
      'expected-version': String(expected),
      'actual-version': String(actual),
    },
  );

export const appendTooLarge = (limit: number): ServiceError =>
  protocolError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });

/** The protocol's error for a live reader that was dropped. */
export const consumerTooSlow = (): ServiceError =>
  protocolError(status.ABORTED, 'Consumer too slow to handle event while live. Client resubscription required.');

/** The official client shows the same error for both cases, so the details name the cause. */
export const unauthenticated = (nameless: boolean): ServiceError =>
  protocolError(
    status.UNAUTHENTICATED,
    nameless ? 'The event log asks for a user and a password.' : 'The user or the password is wrong.',
  );

export const accessDenied = (): ServiceError =>
  protocolError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const unknown = (details: string): ServiceError => protocolError(status.UNKNOWN, details);
export const unavailable = (details: string): ServiceError => protocolError(status.UNAVAILABLE, details);
export const exhausted = (details: string): ServiceError => protocolError(status.RESOURCE_EXHAUSTED, details);
export const timedOut = (details = 'Operation timed out'): ServiceError =>
  protocolError(status.DEADLINE_EXCEEDED, details);
export const invalidArgument = (details: string): ServiceError => protocolError(status.INVALID_ARGUMENT, details);
/** The disk no longer holds the requested data as it was written. */
export const dataLoss = (details: string): ServiceError => protocolError(status.DATA_LOSS, details);
