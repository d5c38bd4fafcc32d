import type { Server } from 'node:http';

/** The limits for connections. */
export interface ConnectionBounds {
  /** How long the head of a request may take, in milliseconds. */
  headWithin: number;
  /** The most connections at once; further ones are closed immediately. */
  most: number;
}

const USUAL: ConnectionBounds = { headWithin: 15_000, most: 2_000 };

/** Sets the limits. Call it before the server listens, because the interval between its checks is fixed then. */
export function boundConnections(server: Server, { headWithin, most }: ConnectionBounds = USUAL): void {
  // A batch streams for as long as it has lines: bodies have limits of their own, see bodies.ts.
  server.requestTimeout = 0;
  server.headersTimeout = headWithin;
  server.maxConnections = most;
  // Node checks for late heads every thirty seconds by default, and Nest does not pass on the option for it.
  Object.assign(server, { connectionsCheckingInterval: headWithin / 5 });
}
