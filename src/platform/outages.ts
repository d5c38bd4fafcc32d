import type { Logger } from 'pino';

/** gRPC status codes of a server that is away, starting or overloaded, or that dropped a reader that was too slow. */
const GRPC_CODES = new Set<unknown>([1, 2, 4, 8, 10, 13, 14]);
const NODE_CODES = /^(?:ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$|ERR_STREAM_)/;
/** Of Neo4j, and of what we call by a code ourselves. */
const OTHER_CODES =
  /^(?:ServiceUnavailable|SessionExpired|graph-not-ready|clock-in-doubt|LOG_REFUSES|LOG_REPLACED|Neo\.TransientError\.|Neo\.ClientError\.Cluster\.|Neo\.ClientError\.Transaction\.(?:TransactionTimedOut|LockAcquisitionTimeout|LockClientStopped|Terminated))/;
const NEO4J_STARTING = 'Neo.ClientError.Database.DatabaseNotFound';
/** It is starting, or has lost jobs that were under way. */
const REDIS_MESSAGES =
  /^(?:LOADING|Connection is closed|Stream isn't writeable|Missing (?:key|lock) for job|could not renew lock)/;

/** Milliseconds for which the same line is not said again. */
const QUIET_FOR = 10_000;

/** Whether an error tells of a service that is away, starting or overloaded, and not of what was asked of it. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message, type } = error as Error & { code?: unknown; type?: unknown };
  // As the log's client calls a member of a cluster that does not lead, or no longer.
  if (GRPC_CODES.has(code) || type === 'not-leader') return true;
  if (typeof code === 'string' && (NODE_CODES.test(code) || OTHER_CODES.test(code))) return true;
  return code === NEO4J_STARTING || REDIS_MESSAGES.test(message);
}

/**
 * Tells a person of errors that are got over by trying again: an outage, or what else is expected, in one short line
 * that is not repeated while it lasts; anything else as a whole, with its stack.
 */
export function outageLogger(
  logger: Logger,
  expected: (error: unknown) => boolean = () => false,
): (what: string, error: unknown) => void {
  const said = new Map<string, number>();
  return (what, error) => {
    if (!isOutage(error) && !expected(error)) {
      logger.error({ err: error }, what);
      return;
    }
    const line = `${what}: ${shortMessage(error as Error)}`;
    const now = Date.now();
    if (now - (said.get(line) ?? 0) < QUIET_FOR) return;
    if (said.size > 100) said.clear();
    said.set(line, now);
    logger.warn(line);
  };
}

/** The first line, the same for every job, without the name resolution's part; some errors have a code only. */
function shortMessage({ message, code }: Error & { code?: unknown }): string {
  // What the clock says is another thing each time.
  if (code === 'clock-in-doubt') return 'the clock is in doubt';
  return (message || String(code)).replace(/\n[^]*|\. Resolution note:[^]*$/, '').replace(/ for job \S+/, ' for a job');
}
