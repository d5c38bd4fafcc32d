import { connect as connectPlainly } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** gRPC's status for a wrong user or password. */
const UNAUTHENTICATED = 16;
/** Milliseconds. A server that speaks TLS answers the first message of a handshake at once. */
const HANDSHAKE_WITHIN = 3_000;

type ClientError = Error & { type?: string; code?: number };

interface Address {
  host: string;
  port: number;
}

/**
 * Why an event log refuses us, and what to set, in plain words. Answers undefined for problems that pass by
 * themselves, such as a log that is away.
 * @param url the connection string.
 * @param error what the log's client threw.
 */
export async function refusalOfLog(url: string, error: ClientError): Promise<string | undefined> {
  const { user, tls, authority, members } = partsOf(url);
  const message = error.message;
  if (error.type === 'access-denied') {
    if (user === undefined || /asks for/.test(message)) return 'it asks for a user and a password.';
    if (error.code === UNAUTHENTICATED) return 'the user or the password is wrong.';
    return `its user ${user} may not read the whole log ($all): an administrator must grant that right.`;
  }
  if (/certificate file/i.test(message)) {
    return `the certificate of its authority cannot be read: tlsCAFile is ${authority ?? 'not set'}.`;
  }
  if (/unable to verify|self.signed certificate|unable to get (local )?issuer/i.test(message)) {
    return 'its certificate was not issued by a known authority (tlsCAFile or, without it, those of the system).';
  }
  if (/certificate has expired|certificate is not yet valid/i.test(message)) {
    return 'its certificate is not valid at this time; check the clocks of both machines.';
  }
  if (/does not match certificate/i.test(message)) return 'its certificate is for another name.';
  if (error.type !== 'unavailable') return undefined;
  if (tls && /wrong version number|packet length too long/.test(message))
    return 'it does not speak TLS, and tls is true.';
  const speaking = await Promise.all(tls ? [] : members.map((member) => speaksTls(member)));
  return speaking.includes(true) ? 'it speaks TLS, and tls is false.' : undefined;
}

/** The name of an option in the form that the log's client compares. */
const plain = (name: string): string => name.trim().toLowerCase().replaceAll(/[_-]/g, '');

/** The parts of a connection string; empty when it cannot be parsed. */
function partsOf(url: string): { user?: string; tls: boolean; authority?: string; members: Address[] } {
  const [, named, hosts = '', query = ''] =
    /^esdb(?:\+discover)?:\/\/(?:([^@/]*)@)?([^/?]*)\/?(?:\?(.*))?$/.exec(url) ?? [];
  const settings = new Map([...new URLSearchParams(query)].map(([key, value]) => [plain(key), value]));
  const user = named?.split(':')[0];
  const authority = settings.get('tlscafile');
  const members = hosts.split(',').flatMap((member) => {
    const [, host = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(member) ?? [];
    return host === '' ? [] : [{ host, port: Number(port ?? 2113) }];
  });
  return {
    ...{ tls: settings.get('tls')?.toLowerCase() !== 'false', members },
    ...(user !== undefined && { user: decodeURIComponent(user) }),
    ...(authority !== undefined && { authority }),
  };
}

/** Whether a server there answers a TLS handshake, with any certificate. */
async function speaksTls({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlainly({ host, port });
    // Nothing is sent over this connection, so its certificate need not be checked: the only result is the message
    // above.
    const secured = connectSecurely({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const end = (speaks: boolean) => {
      clearTimeout(timer);
      secured.destroy();
      socket.destroy();
      resolve(speaks);
    };
    const timer = setTimeout(() => end(false), HANDSHAKE_WITHIN);
    socket.once('error', () => end(false));
    secured.once('error', () => end(false));
    secured.once('secureConnect', () => end(true));
  });
}
