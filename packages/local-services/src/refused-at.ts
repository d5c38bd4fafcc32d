import { ServicesError } from './services-error.js';
import { titles, type ServiceName } from './types.js';

/**
 * The error for a service that refuses our credentials or is not the expected service. Starting services fixes
 * neither.
 */
export function refusedAt(name: ServiceName, address: string, problem: Error): ServicesError {
  const fixes = {
    'event-log':
      'Where EVENTSTORE_URL is set, correct it (esdb://USER:PASSWORD@HOST:PORT?tls=true&tlsCAFile=FILE) or the rights of ' +
      'its user (docs/operations.md). Where it is not, restart the event log.',
    neo4j: 'Correct NEO4J_USER and NEO4J_PASSWORD.',
    redis: 'Correct the password in REDIS_URL.',
  };
  return new ServicesError(
    'refused',
    `${titles[name]} at ${address} refuses the connection: ${problem.message}`,
    fixes[name],
  );
}
