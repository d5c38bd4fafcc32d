import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox } from '@truyvet/message-gateway/outbox';
import { openProvider } from '@truyvet/message-gateway/open';
import type { SmsProvider } from '@truyvet/message-gateway';
import { startHttpSimulator } from '../../packages/message-gateway/test/simulators/http-simulator.mjs';
import { env, settingsOf } from '../../packages/message-gateway/test/simulators/settings.js';
import { startSmppSimulator, type Submitted } from '../../packages/message-gateway/test/simulators/smpp-simulator.js';
import { startSmtpSimulator } from '../../packages/message-gateway/test/simulators/smtp-simulator.js';
import { RememberingProvider } from '../unit/alerting/remembering-provider.js';
import { providerContract } from './sms-provider.js';

const everything = { repeats: true, fates: true };
const nothing = { repeats: false, fates: false };
const opened = (settings: Parameters<typeof openProvider>[0]) =>
  openProvider(settings, { dataDir: '/nowhere', env, keepSecret: () => undefined });

providerContract('the outbox file', { knows: everything, ordered: true }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-outbox-'));
  const provider = new Outbox(dataDir);
  return Promise.resolve({
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
  });
});

providerContract('the one that tests of alerting stand on', { knows: everything, ordered: true }, () => {
  const provider = new RememberingProvider({ once: true });
  return Promise.resolve({
    provider,
    another: () => provider,
    delivered: () => provider.messages,
    remove: () => provider.close(),
  });
});

async function overHttp(path: string, open: (url: string) => SmsProvider) {
  const simulator = await startHttpSimulator();
  const url = simulator.url + path;
  const provider = open(url);
  return {
    provider,
    another: () => open(url),
    delivered: () => simulator.accepted.map(({ id, to, text }) => ({ id, to, text })),
    remove: async () => {
      await provider.close();
      await simulator.close();
    },
  };
}

providerContract('a gateway over HTTP that knows ids and can be asked', { knows: everything }, () =>
  overHttp('/messages', (url) =>
    opened(settingsOf('http', { url, query: { url: `${url}/{id}`, reference: '/data/id' } })),
  ),
);

providerContract('a gateway over HTTP that takes forms and knows nothing', { knows: nothing }, () =>
  overHttp('/messages', (url) =>
    opened(
      settingsOf('http', {
        ...{ url, idempotencyHeader: undefined },
        body: { form: { id: '{id}', to: '{to}', text: '{text}' } },
      }),
    ),
  ),
);

providerContract('eSMS', { knows: { repeats: true, ofTheDay: true, fates: false } }, () =>
  overHttp('', (url) => opened(settingsOf('esms', { url }))),
);

/** SMPP does not carry our ids, so the texts of the contract contain theirs. */
const withId = ({ to, text }: Pick<Submitted, 'to' | 'text'>) => ({ id: /«(.*)»/.exec(text)?.[1] ?? '', to, text });

async function overSmpp(long: 'payload' | 'udh') {
  const simulator = await startSmppSimulator();
  const settings = settingsOf('smpp', { port: simulator.port, long });
  const provider = opened(settings);
  return {
    provider,
    another: () => opened(settings),
    delivered: () => whole(simulator.accepted).map(withId),
    remove: async () => {
      await provider.close();
      await simulator.close();
    },
  };
}

/** Joins segments as a phone does. */
function whole(submitted: readonly Submitted[]): Submitted[] {
  const messages: Submitted[] = [];
  for (const each of submitted) {
    const before = messages.at(-1);
    if (before && each.segment && (each.segment[2] ?? 1) > 1) before.text += each.text;
    else messages.push({ ...each });
  }
  return messages;
}

providerContract('SMPP with message_payload', { knows: nothing }, () => overSmpp('payload'));
providerContract('SMPP with a header of concatenation', { knows: nothing }, () => overSmpp('udh'));

providerContract('e-mail', { knows: nothing }, async () => {
  const simulator = await startSmtpSimulator();
  const settings = settingsOf('email', { port: simulator.port, connections: 20 });
  const provider = opened(settings);
  return {
    provider,
    another: () => opened(settings),
    delivered: () =>
      simulator.accepted.map(({ messageId, to, text }) => ({
        ...{ id: messageId.slice(1, -1).split('@')[0] ?? '', to: to.split('@')[0] ?? '', text },
      })),
    remove: async () => {
      await provider.close();
      await simulator.close();
    },
  };
});
