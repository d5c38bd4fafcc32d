import { Metadata, status as codes } from '@grpc/grpc-js';
import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import { convertToCommandError } from '@eventstore/db-client/dist/utils/CommandError.js';
import { streamsPb } from '../serve/definitions.js';

/** Errors of a call, as the official client throws them: whoever handles these need not know which way was taken. */

type Headers = Readonly<Record<string, string | string[] | number | undefined>>;

/** The error that a call ended with; undefined when it ended well. @param headers the trailers of the answer. */
export function errorOfTrailers(headers: Headers): Error | undefined {
  const code = Number(headers['grpc-status'] ?? codes.UNKNOWN);
  if (code === codes.OK) return undefined;
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) {
    if (key.startsWith(':') || value === undefined) continue;
    if (!key.endsWith('-bin')) metadata.set(key, String(value));
  }
  return callError(code, messageOf(String(headers['grpc-message'] ?? '')), metadata);
}

/** The connection broke, or could not be made. */
export const unavailable = (why: string): Error => callError(codes.UNAVAILABLE, why);

/** No answer came in time: the append may be written or not. */
export const unanswered = (): Error => callError(codes.DEADLINE_EXCEEDED, 'the log gave no answer to an append');

/** The caller closed the connection. */
export const closed = (): Error => callError(codes.CANCELLED, 'the connection to the log was closed');

function callError(code: number, details: string, metadata = new Metadata()): Error {
  return convertToCommandError(Object.assign(new Error(details), { code, details, metadata }));
}

/** What was wrong with an append. @param answer a message of BatchAppend with an error in it. */
export function errorOfAppend(answer: Buffer, stream: string): Error {
  const error = streamsPb.BatchAppendResp.deserializeBinary(answer).getError();
  return error?.getDetails()
    ? unpackToCommandError(error, stream)
    : callError(codes.UNKNOWN, error?.getMessage() ?? '');
}

/** Whether the server does not know the method. */
export const isUnimplemented = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === codes.UNIMPLEMENTED;

/** Where the leader is, if the error says that another member leads. */
export function leaderIn(error: unknown): { address: string; port: number } | undefined {
  if (!(error instanceof Error) || !('leader' in error)) return undefined;
  const { leader } = error;
  if (typeof leader !== 'object' || leader === null || !('address' in leader) || !('port' in leader)) return undefined;
  return { address: String(leader.address), port: Number(leader.port) };
}

function messageOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
