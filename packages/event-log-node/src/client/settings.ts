import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';

/** Where a member of the log listens. */
export interface Endpoint {
  address: string;
  port: number;
}

/** What a connection string says, as the official client reads it. */
export type Options = ReturnType<typeof parseConnectionString>;

export interface WireSettings {
  options: Options;
  /** Undefined for a connection without TLS. */
  tls: { ca?: Buffer; key?: Buffer; cert?: Buffer } | undefined;
  /** The header that names the user; undefined without a user, and without TLS, where no password is sent. */
  authorization: string | undefined;
  /** Milliseconds after which a quiet connection is probed, and until it has to answer. */
  keepAlive: { interval: number; timeout: number };
  /** Milliseconds for one call. */
  deadline: number;
}

const KEEP_ALIVE_MS = 10_000;
const DEADLINE_MS = 10_000;

/**
 * Reads a connection string, such as `esdb://127.0.0.1:7813?tls=false`, with the parser of the official client: both ways
 * to the log understand the same.
 * @throws Error when it cannot be parsed, or names a file that cannot be read.
 */
export function wireSettings(url: string): WireSettings {
  const options = parseConnectionString(url);
  const { defaultCredentials: user, tls = true } = options;
  return {
    options,
    tls: tls ? filesOf(options) : undefined,
    authorization:
      tls && user ? `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}` : undefined,
    keepAlive: {
      interval: spanOf(options.keepAliveInterval, KEEP_ALIVE_MS),
      timeout: spanOf(options.keepAliveTimeout, KEEP_ALIVE_MS),
    },
    deadline: options.defaultDeadline ?? DEADLINE_MS,
  };
}

/** -1 turns it off. */
const spanOf = (given: number | undefined, otherwise: number): number =>
  given === undefined ? otherwise : given < 0 ? Infinity : given;

function filesOf({ tlsCAFile, userCertFile, userKeyFile }: Options): NonNullable<WireSettings['tls']> {
  return {
    ...(tlsCAFile !== undefined && { ca: certificateIn(tlsCAFile) }),
    ...(userCertFile !== undefined && { cert: certificateIn(userCertFile) }),
    ...(userKeyFile !== undefined && { key: certificateIn(userKeyFile) }),
  };
}

function certificateIn(file: string): Buffer {
  try {
    return readFileSync(resolve(file));
  } catch (error) {
    // In the words of the official client, by which the reason is recognised.
    throw new Error('Failed to load certificate file. File was not found.', { cause: error });
  }
}
