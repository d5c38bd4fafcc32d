/** What a transaction is for: how long it may take depends on it. */
export type Kind = 'read' | 'trace' | 'write' | 'migrate';

/**
 * Milliseconds after which the server ends a transaction, waiting for locks included: far more than any takes on a machine
 * that copes, so that what stands still comes to an end and is tried again.
 */
export const LIMITS: Record<Kind, number> = {
  read: 60_000,
  trace: 120_000,
  write: 120_000,
  // Until all indexes are built of a graph that is full already.
  migrate: 1_800_000,
};

/** How often what ran into a limit is run, the first time included. Questions have somebody who waits for them. */
export const ATTEMPTS: Record<Kind, number> = { read: 2, trace: 2, write: 3, migrate: 1 };

/** By which `SHOW TRANSACTIONS` tells ours from others. */
export const PROGRAM = 'truyvet';

export function configOf(kind: Kind): { timeout: number; metadata: { program: string; kind: Kind } } {
  return { timeout: LIMITS[kind], metadata: { program: PROGRAM, kind } };
}

/**
 * A limit of ours, the operator's `db.transaction.timeout`, the limit for locks, or somebody who ended the transaction.
 * The server blames the client for most of them, so that the driver does not try again; nothing was committed.
 */
const RAN_OUT =
  /^Neo\.(?:Client|Transient)Error\.Transaction\.(?:TransactionTimedOut\w*|LockAcquisitionTimeout|LockClientStopped|Terminated)$/;

export function ranIntoLimit(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && RAN_OUT.test(error.code);
}
