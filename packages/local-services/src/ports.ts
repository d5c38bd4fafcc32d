import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ServicesError } from './services-error.js';

/**
 * Below the ranges from which systems choose ports of outgoing connections, so that a port is still free when its
 * service comes back; without the standard ports of databases and queues in between.
 */
const lowest = 17_000;
const highest = 31_999;
const standard = new Set([25_565, 26_257, 26_379, 27_017, 27_018, 27_019, 28_015, 29_015]);

/** Whether this port of the loopback interface is free. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A free port on loopback: the preferred one when it is free, otherwise any that is not in `avoid`.
 * @throws ServicesError when it finds none.
 */
export async function choosePort(preferred: number | undefined, avoid: ReadonlySet<number>): Promise<number> {
  if (preferred !== undefined && !avoid.has(preferred) && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest + 1);
    if (port !== preferred && !standard.has(port) && !avoid.has(port) && (await isFree(port))) return port;
  }
  throw new ServicesError(
    'no-free-port',
    `No free port was found on 127.0.0.1 between ${lowest} and ${highest}.`,
    'See what listens there (ss -ltn, or lsof -iTCP -sTCP:LISTEN).',
  );
}
