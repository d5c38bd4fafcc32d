import { guess } from '../kernel/spelling.js';

/**
 * Checks the URL of a service without showing anything that may be part of its password. This runs before the clients
 * see the URL, because their errors would show all of it.
 */

/** The options that the client of the event log accepts; it ignores case, dashes and underscores. */
const OPTIONS = [
  ...['tls', 'tlsCAFile', 'tlsVerifyCert', 'userCertFile', 'userKeyFile', 'connectionName', 'nodePreference'],
  ...['maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout', 'defaultDeadline', 'throwOnAppendFailure'],
  ...['keepAliveInterval', 'keepAliveTimeout'],
];
const YES_OR_NO = new Set(['tls', 'tlsVerifyCert', 'throwOnAppendFailure']);
const NUMBERS = new Set([
  ...['maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout', 'defaultDeadline'],
  ...['keepAliveInterval', 'keepAliveTimeout'],
]);
const PREFERENCES = ['leader', 'follower', 'readonlyreplica', 'random'];

const ENCODED =
  'in a user or password / ? # @ : and % have to be written as %2F %3F %23 %40 %3A and %25, an @ elsewhere as %40';
const FORM = 'must be like esdb://USER:PASSWORD@HOST:PORT?tls=true';

/** What is wrong with the URL; undefined when nothing is. @param text begins with its protocol. */
export function problemOfEventStoreUrl(text: string): string | undefined {
  const rest = text
    .trim()
    .replace(/\/+$/, '')
    .replace(/^[^:]+:\/\//, '');
  const [before = ''] = /^[^/?]*/.exec(rest) ?? [];
  const [, options] = /^(?:\/?\?(.*))?$/s.exec(rest.slice(before.length)) ?? [];
  const user = before.lastIndexOf('@');
  const hosts = before.slice(user + 1);
  // A late or second @ follows the rest of a password, or the client takes it for that.
  if (rest.indexOf('@') !== user || rest.lastIndexOf('@') !== user) return `cannot be read: ${ENCODED}`;
  if (before === '') return `has no host: it ${FORM}`;
  if (options === undefined && rest !== before) return `has something behind its host that cannot be read: it ${FORM}`;
  if (user !== -1 && !/^[^:]+:[^:]+$/.test(before.slice(0, user))) return `needs a user and a password: it ${FORM}`;
  if (!isEncoded(before.slice(0, Math.max(0, user)))) return `cannot be read: ${ENCODED}`;
  for (const host of hosts.split(',')) {
    if (!/^[\w.-]+(?::\d{1,5})?$/.test(host.trim())) return `names a host or port that cannot be read: it ${FORM}`;
  }
  for (const option of options?.split('&') ?? []) {
    const problem = problemOfOption(option);
    if (problem) return problem;
  }
  return undefined;
}

/** An option's name in the form that its client compares. */
export const plain = (name: string): string => name.trim().toLowerCase().replaceAll(/[_-]/g, '');

function problemOfOption(option: string): string | undefined {
  const [, name = '', value = ''] = /^([A-Za-z_-]{1,40})=(.+)$/s.exec(option) ?? [];
  if (name === '') return 'has an option that is not of the form NAME=VALUE';
  const known = OPTIONS.find((each) => plain(each) === plain(name));
  if (known === undefined) {
    const meant = guess(name, OPTIONS);
    return `has the option ${name}, which is not known${meant === undefined ? '' : `: ${meant} may be meant`}`;
  }
  if (YES_OR_NO.has(known) && !/^(true|false)$/.test(value)) return `must have ${known}=true or ${known}=false`;
  if (NUMBERS.has(known) && !/^-?\d+$/.test(value)) return `must have a whole number for ${known}`;
  if (known === 'nodePreference' && !PREFERENCES.includes(plain(value))) {
    return 'must have leader, follower, read_only_replica or random for nodePreference';
  }
  if (known === 'tlsVerifyCert' && value === 'false') {
    return 'has tlsVerifyCert=false, which its client ignores: name the authority with tlsCAFile';
  }
  return isEncoded(value) ? undefined : `must have ${known} encoded as in a URL`;
}

export function problemOfNeo4jUrl(text: string): string | undefined {
  const url = parsed(text);
  if (!url || url.hostname === '') return `cannot be read: it must be like ${protocolOf(text)}://HOST:PORT`;
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    return 'must have no user and password: give them as NEO4J_USER and NEO4J_PASSWORD';
  }
  if (url.search !== '' && text.startsWith('bolt')) return 'takes no options';
  return undefined;
}

export function problemOfRedisUrl(text: string): string | undefined {
  const url = parsed(text);
  const form = `it must be like ${protocolOf(text)}://:PASSWORD@HOST:PORT/0`;
  if (!url || url.hostname === '') return `cannot be read: ${form}; ${ENCODED}`;
  const user = text.slice(text.indexOf('://') + 3, Math.max(0, text.lastIndexOf('@')));
  if (!/^(?:\/\d*)?$/.test(url.pathname) || url.hash !== '' || /[@/?#]/.test(user))
    return `cannot be read: ${form}; ${ENCODED}`;
  return isEncoded(user) ? undefined : `cannot be read: ${ENCODED}`;
}

const protocolOf = (text: string): string => text.slice(0, text.indexOf(':'));

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
