import type { Logger } from 'pino';

/** gRPC status codes of a server that is unavailable, starting or overloaded, or that dropped a slow reader. */
const GRPC_CODES = new Set<unknown>([1, 2, 4, 8, 10, 13, 14]);
const NODE_CODES = /^(?:ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$|ERR_STREAM_)/;
/** Codes of Neo4j and of our own errors. */
const OTHER_CODES =
  /^(?:ServiceUnavailable|SessionExpired|graph-not-ready|clock-in-doubt|LOG_REFUSES|LOG_REPLACED|Neo\.TransientError\.|Neo\.ClientError\.Cluster\.|Neo\.ClientError\.Transaction\.(?:TransactionTimedOut|LockAcquisitionTimeout|LockClientStopped|Terminated))/;
const NEO4J_STARTING = 'Neo.ClientError.Database.DatabaseNotFound';
/** Messages of a Redis that is starting, or has lost running jobs. */
const REDIS_MESSAGES =
  /^(?:LOADING|Connection is closed|Stream isn't writeable|Missing (?:key|lock) for job|could not renew lock)/;

/** How long the same line is not logged again, in milliseconds. */
const QUIET_FOR = 10_000;

/** Whether an error comes from a service that is unavailable, starting or overloaded, and not from the request. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message, type } = error as Error & { code?: unknown; type?: unknown };
  // `not-leader` is the log client's name for a member of a cluster that is not its leader any more.
  if (GRPC_CODES.has(code) || type === 'not-leader') return true;
  if (typeof code === 'string' && (NODE_CODES.test(code) || OTHER_CODES.test(code))) return true;
  return code === NEO4J_STARTING || REDIS_MESSAGES.test(message);
}

/**
 * Logs the errors of work that is retried. An outage, or another expected error, takes one short line, which is not
 * repeated for ten seconds. Any other error is logged in full, with its stack.
 */
export function outageLogger(
  logger: Logger,
  expected: (error: unknown) => boolean = () => false,
): (what: string, error: unknown) => void {
  const loggedAt = new Map<string, number>();
  return (what, error) => {
    if (!isOutage(error) && !expected(error)) {
      logger.error({ err: error }, what);
      return;
    }
    const line = `${what}: ${shortMessage(error as Error)}`;
    const now = Date.now();
    if (now - (loggedAt.get(line) ?? 0) < QUIET_FOR) return;
    if (loggedAt.size > 100) loggedAt.clear();
    loggedAt.set(line, now);
    logger.warn(line);
  };
}

/**
 * The first line of the message, without the client's note on name resolution and without the id of a job, so that
 * equal errors have equal lines. Some errors only have a code.
 */
function shortMessage({ message, code }: Error & { code?: unknown }): string {
  // What the clock says is another thing each time.
  if (code === 'clock-in-doubt') return 'the clock is in doubt';
  return (message || String(code)).replace(/\n[^]*|\. Resolution note:[^]*$/, '').replace(/ for job \S+/, ' for a job');
}
