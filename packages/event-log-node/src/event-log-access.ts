import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The folder where the embedded event log keeps its authority, its certificate and its users. It is beside the log's
 * own folder, so that a copy of the log holds no key and no password.
 */
export const accessFolderOf = (logFolder: string): string => `${resolve(logFolder)}-access`;

/** The embedded event log of an installation. */
export const logFolderOf = (dataDir: string): string => join(dataDir, 'event-log');

/**
 * `truyvet` reads everything and appends to streams; `admin` also deletes and tombstones streams, sets their
 * metadata, writes system streams and scavenges.
 */
export const LOG_USERS = ['truyvet', 'admin'] as const;
export type LogUser = (typeof LOG_USERS)[number];

export interface AccessFiles {
  /** Certificates of the authorities that callers trust, PEM. */
  authority: string;
  /** Their private keys, in the same order. */
  authorityKey: string;
  certificate: string;
  key: string;
  /** Digests of the passwords. The node needs nothing else of the passwords. */
  users: string;
  password(user: LogUser): string;
}

export const accessFiles = (folder: string): AccessFiles => ({
  authority: join(folder, 'authority.crt'),
  authorityKey: join(folder, 'authority.key'),
  certificate: join(folder, 'node.crt'),
  key: join(folder, 'node.key'),
  users: join(folder, 'users.json'),
  password: (user) => join(folder, `${user}.password`),
});

/** @param host the name or address that a caller dials. */
export interface LogAddress {
  host: string;
  port: number;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** A connection string without a user, so that it contains no secret. */
export const openUrl = ({ host, port }: LogAddress, folder: string): string =>
  `esdb://${bracketed(host)}:${port}?tls=true&tlsCAFile=${encodeURIComponent(accessFiles(folder).authority)}`;

/**
 * The connection string of a user of the embedded event log.
 * @param keepSecret called with the password in the string, so that the caller can keep it out of what it shows.
 * @returns undefined when there is no password file: the log has not been started since it has users.
 * @throws the system's error when the password cannot be read for another reason.
 */
export function logUrl(
  address: LogAddress,
  folder: string,
  user: LogUser = 'truyvet',
  keepSecret: (password: string) => void = () => undefined,
): string | undefined {
  let password: string;
  try {
    password = readFileSync(accessFiles(folder).password(user), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  keepSecret(password);
  return openUrl(address, folder).replace('//', `//${user}:${password}@`);
}
