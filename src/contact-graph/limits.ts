/** The purpose of a transaction, which determines its time limit. */
export type Kind = 'read' | 'trace' | 'write' | 'migrate';

/**
 * Milliseconds after which the server ends a transaction, waiting for locks included. This is far more than a
 * transaction takes on a machine that can cope, so only stuck transactions are ended, and tried again.
 */
export const LIMITS: Record<Kind, number> = {
  read: 60_000,
  trace: 120_000,
  write: 120_000,
  // Includes building all indexes of a graph that already holds data.
  migrate: 1_800_000,
};

/**
 * How often work that reaches a limit is run, the first time included. Reads get fewer, since somebody waits for them.
 */
export const ATTEMPTS: Record<Kind, number> = { read: 2, trace: 2, write: 3, migrate: 1 };

/** Identifies our transactions in `SHOW TRANSACTIONS`. */
export const PROGRAM = 'truyvet';

export function configOf(kind: Kind): { timeout: number; metadata: { program: string; kind: Kind } } {
  return { timeout: LIMITS[kind], metadata: { program: PROGRAM, kind } };
}

/**
 * Errors of our limit, of the operator's `db.transaction.timeout`, of the limit for locks, or because somebody ended
 * the transaction. The server classifies most of them as client errors, so the driver does not retry; nothing was
 * committed.
 */
const RAN_OUT =
  /^Neo\.(?:Client|Transient)Error\.Transaction\.(?:TransactionTimedOut\w*|LockAcquisitionTimeout|LockClientStopped|Terminated)$/;

export function ranIntoLimit(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && RAN_OUT.test(error.code);
}
