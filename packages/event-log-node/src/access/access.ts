import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { EventLogError } from '../event-log-error.js';
import { LOG_USERS, accessFiles, type LogUser } from '../event-log-access.js';
import { openFailure } from '../store/open-failure.js';
import { blocksOf, daysLeft, isFor, isPair, type Identity } from './certificates.js';
import { Users, describeUsers, makePassword } from './users.js';

/** Days. A running caller knows only the authorities that existed when it started, so a new one is created early. */
const AUTHORITY_DAYS = 3650;
const NEXT_AUTHORITY_BEFORE = 730;
const CERTIFICATE_DAYS = 365;
const RENEWED_BEFORE = 120;

export interface Access {
  users: Users;
  identity: Identity;
}

/**
 * Opens the folder of certificates and users. Creates what is missing and renews certificates before they expire.
 *
 * The oldest authority that outlives the certificate signs it. So callers know the next authority for a year before
 * it signs its first certificate.
 *
 * @param folder created when it does not exist.
 * @param host the address that the node listens on.
 * @throws EventLogError when the folder cannot be used or a file in it is damaged.
 */
export async function openAccess(
  folder: string,
  host: string,
  { now = new Date(), warn = () => undefined }: { now?: Date; warn?: (text: string) => void } = {},
): Promise<Access> {
  const files = accessFiles(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    keepPrivate(folder, 0o700);
    const identity = await openIdentity(folder, namesOf(host), now);
    const users = openUsers(folder, warn);
    return { identity, users };
  } catch (error) {
    const explained = openFailure(folder, error);
    if (explained instanceof EventLogError) throw explained;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) {
      throw new EventLogError(
        'access-unusable',
        `A certificate or key in ${folder} cannot be read: ${message}`,
        `Remove ${files.authority} and ${files.authorityKey}: the next start creates new ones.`,
      );
    }
    throw new EventLogError(
      'access-unusable',
      `The event log's folder of certificates and passwords cannot be used: ${message}.`,
      'It has to belong to the user who runs the event log; --access names another folder.',
    );
  }
}

/** All names and addresses that a caller may use for the node. */
export function namesOf(host: string): string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname()]);
  if (host !== '0.0.0.0' && host !== '::') names.add(host);
  else {
    for (const addresses of Object.values(networkInterfaces())) {
      // Callers do not dial link-local addresses, and a certificate cannot hold the zone in them.
      for (const { address } of addresses ?? []) if (!address.startsWith('fe80:')) names.add(address);
    }
  }
  return [...names];
}

/** Loaded only when a certificate or an authority has to be created, about once a year. */
const making = () => import('./make-certificates.js');

async function openIdentity(folder: string, names: readonly string[], now: Date): Promise<Identity> {
  const files = accessFiles(folder);
  const authorities = await openAuthorities(folder, now);
  const signer = authorities.find(({ certificate }) => daysLeft(certificate, now) > CERTIFICATE_DAYS)!;
  const certificate = textOf(files.certificate);
  const key = textOf(files.key);
  if (certificate !== undefined && key !== undefined && isPair({ certificate, key })) {
    const known = authorities.some((authority) => isFor(certificate, authority.certificate, names));
    if (known && daysLeft(certificate, now) > RENEWED_BEFORE) return { certificate, key };
  }
  const { makeCertificate } = await making();
  const made = await makeCertificate(signer, names, now, CERTIFICATE_DAYS);
  // A key without its certificate is replaced as well, so the process may be killed between the two writes.
  writePrivate(files.certificate, made.certificate);
  writePrivate(files.key, made.key);
  return made;
}

async function openAuthorities(folder: string, now: Date): Promise<Identity[]> {
  const files = accessFiles(folder);
  const certificates = blocksOf(textOf(files.authority) ?? '');
  const keys = blocksOf(textOf(files.authorityKey) ?? '');
  const kept = certificates.flatMap((certificate): Identity[] => {
    const key = keys.find((candidate) => isPair({ certificate, key: candidate }));
    return key !== undefined && daysLeft(certificate, now) > 0 ? [{ certificate, key }] : [];
  });
  const newest = Math.max(...kept.map(({ certificate }) => daysLeft(certificate, now)));
  const isDue = newest <= NEXT_AUTHORITY_BEFORE;
  const all = isDue ? [...kept, await (await making()).makeAuthority(now, AUTHORITY_DAYS)] : kept;
  if (all.length !== certificates.length || all.some(({ certificate }, i) => certificate !== certificates[i])) {
    // The key comes first: the next start would drop a trusted authority that has no key to sign with.
    writePrivate(files.authorityKey, all.map(({ key }) => key).join(''));
    writePrivate(files.authority, all.map(({ certificate }) => certificate).join(''));
  }
  return all;
}

function openUsers(folder: string, warn: (text: string) => void): Users {
  const files = accessFiles(folder);
  const text = textOf(files.users);
  if (text === undefined) {
    const passwords = Object.fromEntries(LOG_USERS.map((user) => [user, makePassword()])) as Record<LogUser, string>;
    for (const user of LOG_USERS) writePrivate(files.password(user), `${passwords[user]}\n`);
    const described = describeUsers(passwords);
    // This file comes last: while it is missing, the next start creates new passwords.
    writePrivate(files.users, described);
    return new Users(described, files.users);
  }
  const users = new Users(text, files.users);
  for (const user of LOG_USERS) {
    // A missing password file is allowed: the operator may keep the password where readers of this folder cannot see
    // it.
    const password = textOf(files.password(user));
    if (password === undefined || users.knows(user, password.trim())) continue;
    warn(`${files.password(user)} is not the password that ${files.users} knows: callers with it are refused.`);
  }
  return users;
}

function textOf(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    keepPrivate(path, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A copy of the folder may be readable for everybody. */
function keepPrivate(path: string, mode: number): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, mode);
}

/** Replaces the file as a whole. */
function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}
