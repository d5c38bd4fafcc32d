import { refusalOfLog } from './log-refusals.js';
import type { ServiceName, ServiceUrls } from './types.js';

export { refusalOfLog } from './log-refusals.js';
export { refusedAt } from './refused-at.js';

/** Milliseconds for a probe. A probe sends a real request: a service is ready only when it answers that. */
const patienceMs = 5_000;

/** The service refuses the credentials, or is not the expected service. Waiting longer does not help. */
export class RefusedError extends Error {}

/**
 * Asks a service for an answer.
 * @returns the service's version.
 * @throws RefusedError when it refuses the credentials, otherwise the error of its client.
 */
export function probe(name: ServiceName, urls: ServiceUrls): Promise<string | undefined> {
  switch (name) {
    case 'event-log':
      return probeEventLog(urls.eventStoreUrl);
    case 'neo4j':
      return probeNeo4j(urls.neo4j);
    case 'redis':
      return probeRedis(urls.redisUrl);
  }
}

async function probeEventLog(url: string): Promise<string | undefined> {
  const { BACKWARDS, END } = await import('@eventstore/db-client');
  const { endLogClient, openLogClient } = await import('@truyvet/event-log-node/client');
  let client: ReturnType<typeof openLogClient> | undefined;
  try {
    client = openLogClient(url);
    const events = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, deadline: patienceMs });
    // Reads to the end, because an unfinished read keeps `dispose` waiting for ever.
    await events.toArray();
    // The client knows the server's version, but in a protected property.
    const capabilities: unknown = await Reflect.get(client, 'capabilities');
    if (typeof capabilities !== 'object' || capabilities === null || !('serverVersion' in capabilities))
      return undefined;
    return typeof capabilities.serverVersion === 'string' ? capabilities.serverVersion || undefined : undefined;
  } catch (error) {
    const refusal = await refusalOfLog(url, error as Error);
    throw refusal === undefined ? error : new RefusedError(refusal, { cause: error });
  } finally {
    if (client) await endLogClient(client);
  }
}

async function probeNeo4j({ url, user, password }: ServiceUrls['neo4j']): Promise<string | undefined> {
  const { default: neo4j } = await import('neo4j-driver');
  const driver = neo4j.driver(url, neo4j.auth.basic(user, password), {
    connectionTimeout: patienceMs,
    connectionAcquisitionTimeout: patienceMs,
    maxTransactionRetryTime: 0,
  });
  try {
    const { records } = await driver.executeQuery(
      'CALL dbms.components() YIELD name, versions WHERE name = "Neo4j Kernel" RETURN versions[0] AS version',
      {},
      { transactionConfig: { timeout: patienceMs } },
    );
    return records[0]?.get('version') as string | undefined;
  } catch (error) {
    if (/Unauthorized|AuthenticationRateLimit/.test((error as { code?: string }).code ?? '')) {
      throw new RefusedError((error as Error).message, { cause: error });
    }
    throw error;
  } finally {
    await driver.close();
  }
}

async function probeRedis(url: string): Promise<string | undefined> {
  const { Redis } = await import('ioredis');
  let problem: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => (problem = error));
  try {
    await redis.connect();
    const info = await redis.info('server');
    return /^redis_version:(\S+)/m.exec(info)?.[1];
  } catch (error) {
    // The client throws "Connection is closed" for every failure; its `error` event has the cause.
    const cause = problem ?? (error as Error);
    if (/WRONGPASS|NOAUTH/.test(cause.message)) throw new RefusedError(cause.message, { cause: error });
    throw cause;
  } finally {
    redis.disconnect();
  }
}
