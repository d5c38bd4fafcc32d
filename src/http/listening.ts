import type { INestApplication } from '@nestjs/common';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../kernel/errors.js';

export interface Listening {
  /** Such as http://127.0.0.1:7810. */
  url: string;
  /** Accepts no more requests and waits for the running ones, at most ten seconds. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

/**
 * Makes an application listen.
 * @param variable the environment variable of the port, for the error message.
 * @throws UserError when it cannot listen there; the application is closed then.
 */
export async function listen(
  app: INestApplication,
  { host, port, variable }: { host: string; port: number; variable: string },
): Promise<Listening> {
  const server = app.getHttpServer() as Server;
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw listenError(error, host, port, variable);
  }
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: async () => {
      const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      try {
        await app.close();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Translates the common errors of listening into a `UserError` with a fix; returns other errors unchanged. */
export function listenError(error: unknown, host: string, port: number, variable: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UserError(
      `Port ${port} of ${host} is in use.`,
      `Set ${variable} to another port, or stop the program that listens there.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return new UserError(
      `It is not possible to listen on port ${port} of ${host} (${code}).`,
      `Correct TRUYVET_HOST and ${variable}.`,
    );
  }
  return error;
}
