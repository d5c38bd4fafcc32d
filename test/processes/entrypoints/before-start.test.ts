import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBeforeStart } from '../../../src/entrypoints/before-start.js';
import { startEverything } from '../../../src/entrypoints/start.js';
import { readConfig } from '../../../src/platform/config.js';

let folder: string;
let taken: Server;
let port: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-before-'));
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  ({ port } = taken.address() as AddressInfo);
});
afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const check = (env: NodeJS.ProcessEnv) =>
  checkBeforeStart(readConfig({ TRUYVET_DATA: join(folder, 'data'), TRUYVET_PORT: '0', ...env }), {});
const providers = (text: string) => {
  const file = join(folder, 'providers.json');
  writeFileSync(file, text);
  return { TRUYVET_PROVIDERS: file };
};

describe('Before anything is started', () => {
  it('nothing is wrong with a new installation', async () => {
    await expect(check({})).resolves.toBeUndefined();
  });

  it('a port in use is named with the variable that chooses another', async () => {
    await expect(check({ TRUYVET_PORT: String(port) })).rejects.toMatchObject({
      message: `Port ${port} of 127.0.0.1 is in use.`,
      fix: expect.stringContaining('TRUYVET_PORT'),
    });
  });

  it('a host that others can reach is refused without a key', async () => {
    await expect(check({ TRUYVET_HOST: '0.0.0.0' })).rejects.toThrow('TRUYVET_SERVICE_KEY');
  });

  it('providers with errors, or without their secret, are named', async () => {
    await expect(check(providers('[{'))).rejects.toThrow('providers.json is');
    await expect(check(providers('[{"type": "pigeon"}]'))).rejects.toThrow('type: must be one of');
    const gateway = {
      type: 'esms',
      name: 'esms',
      apiKeyEnv: 'NOT_SET',
      secretKeyEnv: 'NOT_SET_EITHER',
      brandname: 'x',
    };
    await expect(check(providers(JSON.stringify([gateway])))).rejects.toThrow('NOT_SET');
  });

  it('a data folder that is a file is refused', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(check({ TRUYVET_DATA: file })).rejects.toThrow('is a file, where a folder is needed');
  });

  it('an error ends `start` before any service is up', async () => {
    const data = join(folder, 'started');
    const config = readConfig({ TRUYVET_DATA: data, TRUYVET_PORT: String(port) });
    // Stops as soon as services would be started.
    const stop = AbortSignal.abort(new Error('it began to start services'));
    await expect(startEverything(config, false, stop)).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use.`);
    expect(existsSync(join(data, 'services.json'))).toBe(false);
  });
});
