import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { EventLogError } from '../event-log-error.js';
import { LOG_USERS, accessFiles, type LogUser } from '../event-log-access.js';
import { openFailure } from '../store/open-failure.js';
import { blocksOf, daysLeft, isFor, isPair, type Identity } from './certificates.js';
import { Users, describeUsers, makePassword } from './users.js';

/** Days. A caller that runs on knows the authorities that there were when it started: a new one is made early. */
const AUTHORITY_DAYS = 3650;
const NEXT_AUTHORITY_BEFORE = 730;
const CERTIFICATE_DAYS = 365;
const RENEWED_BEFORE = 120;

export interface Access {
  users: Users;
  identity: Identity;
}

/**
 * What the node needs to be reached by those who may: made where it is not there, renewed before it expires.
 *
 * The certificate is signed by the oldest authority that outlives it. So for a year callers know the next authority
 * before the first certificate is signed by it.
 *
 * @param folder made when it is not there.
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
    const told = openFailure(folder, error);
    if (told instanceof EventLogError) throw told;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) {
      throw new EventLogError(
        'access-unusable',
        `A certificate or key in ${folder} cannot be read: ${message}`,
        `Remove ${files.authority} and ${files.authorityKey}: they are made anew at the next start.`,
      );
    }
    throw new EventLogError(
      'access-unusable',
      `The event log's folder of certificates and passwords cannot be used: ${message}.`,
      'It has to belong to the user who runs the event log; --access names another folder.',
    );
  }
}

/** Everything by which a caller may name the node. */
export function namesOf(host: string): string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname()]);
  if (host !== '0.0.0.0' && host !== '::') names.add(host);
  else {
    for (const addresses of Object.values(networkInterfaces())) {
      // An address of a link alone is never dialled by name, and has a zone in it that a certificate cannot hold.
      for (const { address } of addresses ?? []) if (!address.startsWith('fe80:')) names.add(address);
    }
  }
  return [...names];
}

/** Loaded when something has to be made, which is once a year. */
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
  // A key without its certificate is made anew as well, so it does not matter between which two an end comes.
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
    // The key first: an authority that is trusted and cannot sign would be dropped by the next start.
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
    // Last: passwords without it are made anew.
    writePrivate(files.users, described);
    return new Users(described, files.users);
  }
  const users = new Users(text, files.users);
  for (const user of LOG_USERS) {
    // A password that is not here is kept elsewhere, out of reach of whoever reads this folder.
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

/** Whoever copied the folder may have copied it readable for all. */
function keepPrivate(path: string, mode: number): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, mode);
}

/** Replaces the file as a whole. */
function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, path);
}
