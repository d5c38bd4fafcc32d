import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { choosePort, isFree } from '../src/ports.js';

const servers: Server[] = [];

function occupy(): Promise<number> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('the choice of a port', () => {
  it('keeps the remembered port while it is free', async () => {
    const remembered = await choosePort(undefined, new Set());
    expect(await choosePort(remembered, new Set())).toBe(remembered);
  });

  it('takes another one if somebody listens on the remembered port', async () => {
    const taken = await occupy();
    expect(await isFree(taken)).toBe(false);
    const chosen = await choosePort(taken, new Set());
    expect(chosen).not.toBe(taken);
    expect(await isFree(chosen)).toBe(true);
  });

  it('takes another one if another service has the remembered port', async () => {
    const remembered = await choosePort(undefined, new Set());
    expect(await choosePort(remembered, new Set([remembered]))).not.toBe(remembered);
  });

  it('stays below the ports that systems use for outgoing connections and away from the standard ones', async () => {
    const standard = [2113, 6379, 7474, 7687, 26_379, 27_017];
    for (let i = 0; i < 50; i++) {
      const port = await choosePort(undefined, new Set());
      expect(port).toBeGreaterThanOrEqual(17_000);
      expect(port).toBeLessThan(32_000);
      expect(standard).not.toContain(port);
    }
  });
});
