import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox } from '../../src/alert/outbox.js';
import { RememberingProvider } from '../unit/alert/rig.js';
import { providerContract } from './sms-provider.js';

providerContract('the outbox file', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-outbox-'));
  const provider = new Outbox(dataDir);
  return {
    provider,
    another: () => new Outbox(dataDir),
    delivered: () =>
      readFileSync(join(dataDir, 'outbox.ndjson'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const { to, text, alertId } = JSON.parse(line) as { to: string; text: string; alertId: string };
          return { id: alertId, to, text };
        }),
    remove: async () => {
      await provider.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});

providerContract('the one that tests of alerting stand on', async () => {
  const provider = new RememberingProvider({ once: true });
  return {
    provider,
    another: () => provider,
    delivered: () => provider.messages,
    remove: () => provider.close(),
  };
});
