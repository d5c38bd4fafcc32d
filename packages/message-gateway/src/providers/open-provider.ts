import { Outbox } from '../outbox.js';
import type { SmsProvider } from '../provider.js';
import { Email } from './email.js';
import { Esms } from './esms.js';
import { HttpGateway } from './http-gateway.js';
import type { AnySettings } from './schemas.js';
import { ShortOnly } from './short-only.js';
import { Smpp } from './smpp.js';
import { secretsIn } from './template.js';

// Separate from reading the settings, which every command does, because protocols and their tables are slow to load.

export interface Where {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  now?: () => number;
  keepSecret: (secret: string) => void;
}

/**
 * Opens a provider. It connects when it has something to send.
 * @param where `dataDir` is the outbox's folder. `now` is the time for its lines (milliseconds since 1970). `env` has
 * the secrets named in the settings. `keepSecret` is called with each secret, so that the caller can keep it out of
 * what it shows.
 * @throws GatewayError when a secret is not set.
 */
export function openProvider(settings: AnySettings, { dataDir, env, now, keepSecret }: Where): SmsProvider {
  for (const secret of secretsIn(settings, env)) keepSecret(secret);
  const provider = (() => {
    switch (settings.type) {
      case 'outbox':
        return new Outbox(dataDir, now);
      case 'http':
        return new HttpGateway(settings, env);
      case 'esms':
        return new Esms(settings, env);
      case 'smpp':
        return new Smpp(settings, env);
      case 'email':
        return new Email(settings, env);
    }
  })();
  return new ShortOnly(provider, settings.maxSegments);
}
