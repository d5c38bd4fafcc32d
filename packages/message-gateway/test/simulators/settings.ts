import { parseProviders, type ProviderSettings } from '../../src/providers/settings.js';

type Type = ProviderSettings['type'];
export type SettingsOf<T extends Type> = Extract<ProviderSettings, { type: T }>;

/** The secrets that the settings below name. */
export const env = { KEY: 'key-of-us', SECRET: 'secret', PASSWORD: 'secret', TOKEN: 't0ken' };

const local = { host: '127.0.0.1', connectTimeout: 5_000, answerTimeout: 20_000 };
const samples: Record<Type, object> = {
  outbox: {},
  http: {
    headers: { Authorization: 'Bearer {env:TOKEN}' },
    body: { json: { to: '{to}', text: '{text}', from: '{sender}' } },
    sender: 'CDC',
    idempotencyHeader: 'Idempotency-Key',
    reference: '/data/id',
    answerTimeout: 20_000,
  },
  esms: { apiKeyEnv: 'KEY', secretKeyEnv: 'SECRET', brandname: 'CDC', answerTimeout: 20_000 },
  smpp: { ...local, systemId: 'truyvet', passwordEnv: 'PASSWORD', sender: 'CDC' },
  email: { ...local, requireTls: false, from: 'alerts@cdc.example', to: '{to}@sms.example' },
};

/** Settings of a provider as if read from a file, with the test's own changes. */
export function settingsOf<T extends Type>(type: T, more: object): SettingsOf<T> {
  const [settings] = parseProviders([{ type, name: type, ...samples[type], ...more }], 'the test');
  return settings as SettingsOf<T>;
}
