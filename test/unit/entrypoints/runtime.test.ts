import { describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { UserError } from '../../../src/domain/errors.js';
import { requireServices } from '../../../src/entrypoints/runtime.js';

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('A command whose services are down', () => {
  it.each([
    ['event-log', 'The event log'],
    ['neo4j', 'Neo4j'],
    ['redis', 'Redis'],
  ] as const)('says that %s does not answer, and how to see and start the services', async (service, name) => {
    const port = await closedPort();
    const urls = {
      eventStoreUrl: `esdb://127.0.0.1:${port}?tls=false`,
      neo4j: { url: `bolt://127.0.0.1:${port}`, user: 'neo4j', password: 'none' },
      redisUrl: `redis://127.0.0.1:${port}`,
    };
    const refused = requireServices(urls, [service], 0);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining(`${name} does not answer`),
      fix: expect.stringMatching(/services status.*services up/),
    });
  });
});
