import type { Server } from 'node:http';

/** What is waited for, and how often. */
export interface ConnectionBounds {
  /** Milliseconds for the head of a request. */
  headWithin: number;
  /** Connections at once: beyond them new ones are closed at once. */
  most: number;
}

const USUAL: ConnectionBounds = { headWithin: 15_000, most: 2_000 };

/** Before the server listens: from then on it does not change how often it looks. */
export function boundConnections(server: Server, { headWithin, most }: ConnectionBounds = USUAL): void {
  // A batch streams for as long as it has lines: bodies have limits of their own, see bodies.ts.
  server.requestTimeout = 0;
  server.headersTimeout = headWithin;
  server.maxConnections = most;
  // Node looks for late heads every thirty seconds, unless an option of a server says so, which Nest does not pass on.
  Object.assign(server, { connectionsCheckingInterval: headWithin / 5 });
}
