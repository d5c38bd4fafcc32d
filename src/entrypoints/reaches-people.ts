import { readProviders } from '../alert/providers/settings.js';
import type { Config } from '../platform/config.js';

export const NOBODY_GETS_THEM =
  'No provider is configured: messages are written to outbox.ndjson, and nobody gets them (docs/providers.md).';

/** Whether messages go to anybody: not where they are only written to a file. */
export function reachesPeople({ providers }: Pick<Config, 'providers'>): boolean {
  return readProviders(providers).some(({ type }) => type !== 'outbox');
}
