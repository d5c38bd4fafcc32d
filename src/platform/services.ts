import { setTimeout as delay } from 'node:timers/promises';
import { addressOf, type ServiceName, type ServiceUrls, variables } from '@truyvet/local-services';
import { probe, refusedAt, RefusedError } from '@truyvet/local-services/probes';
import { UserError } from '../kernel/errors.js';

/** How long a service may take to start, in milliseconds. */
const START_PATIENCE = 10_000;

const NAMES: Record<ServiceName, string> = { 'event-log': 'The event log', neo4j: 'Neo4j', redis: 'Redis' };

/** A service that the configuration gives is not started here. */
function fixOf(name: ServiceName, urls: ServiceUrls): string {
  if (!urls.given?.includes(name)) {
    return 'See `npx truyvet services status`; `npx truyvet services up` starts what is down.';
  }
  return `It is configured by ${variables[name]} (${addressOf(name, urls)}): check that server, or correct the variable.`;
}

/**
 * Makes sure that services answer before a command needs them. A service may be starting, so this waits a moment. Then
 * it fails: waiting longer, as the clients would, would look like work in progress.
 * @param patience in milliseconds.
 * @throws UserError
 */
export async function requireServices(
  urls: ServiceUrls,
  names: readonly ServiceName[],
  patience = START_PATIENCE,
): Promise<void> {
  const until = Date.now() + patience;
  for (const name of names) {
    for (;;) {
      try {
        await probe(name, urls);
        break;
      } catch (error) {
        if (error instanceof RefusedError) throw refusedAt(name, addressOf(name, urls), error);
        if (Date.now() >= until) {
          throw new UserError(`${NAMES[name]} does not answer (${(error as Error).message}).`, fixOf(name, urls));
        }
        await delay(500);
      }
    }
  }
}
