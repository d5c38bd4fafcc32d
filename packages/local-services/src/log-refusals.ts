import { connect as connectPlainly } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** gRPC's number for a user or a password that is wrong. */
const UNAUTHENTICATED = 16;
/** A server that speaks TLS answers a first message at once. */
const HANDSHAKE_WITHIN = 3_000;

type ClientError = Error & { type?: string; code?: number };

interface Address {
  host: string;
  port: number;
}

/**
 * Why an event log will not have us, in plain words with what to set, from what its client says; undefined of whatever
 * passes by itself, such as a log that is away.
 * @param url the connection string.
 */
export async function refusalOfLog(url: string, error: ClientError): Promise<string | undefined> {
  const { user, tls, authority, members } = partsOf(url);
  const said = error.message;
  if (error.type === 'access-denied') {
    if (user === undefined || /asks for/.test(said)) return 'it asks for a user and a password.';
    if (error.code === UNAUTHENTICATED) return 'the user or the password is wrong.';
    return `its user ${user} may not read the whole log ($all): an administrator has to give that right.`;
  }
  if (/certificate file/i.test(said)) {
    return `the certificate of its authority cannot be read: tlsCAFile is ${authority ?? 'not set'}.`;
  }
  if (/unable to verify|self.signed certificate|unable to get (local )?issuer/i.test(said)) {
    return 'its certificate is not of the authority that we know (tlsCAFile, or those of the system where it is left out).';
  }
  if (/certificate has expired|certificate is not yet valid/i.test(said)) {
    return 'its certificate does not hold at this time; look at the clocks of both machines.';
  }
  if (/does not match certificate/i.test(said)) return 'its certificate is for another name.';
  if (error.type !== 'unavailable') return undefined;
  if (tls && /wrong version number|packet length too long/.test(said)) return 'it does not speak TLS, and tls is true.';
  const speaking = await Promise.all(tls ? [] : members.map((member) => speaksTls(member)));
  return speaking.includes(true) ? 'it speaks TLS, and tls is false.' : undefined;
}

/** An option's name as the client of the log compares it. */
const plain = (name: string): string => name.trim().toLowerCase().replaceAll(/[_-]/g, '');

/** Of a connection string; nothing of one that cannot be read. */
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

/** Whether somebody is there who answers a handshake, whatever the certificate. */
async function speaksTls({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlainly({ host, port });
    // Nothing is said over it: that it is not checked who is there leads to nothing but this sentence.
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
