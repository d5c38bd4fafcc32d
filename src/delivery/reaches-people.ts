import { readProviders } from '@truyvet/message-gateway';
import { NOBODY_GETS_THEM } from './outbox-notice.js';
import type { Config } from '../platform/config.js';

/** Whether messages go to anybody: not where they are only written to a file. */
export function reachesPeople({ providers }: Pick<Config, 'providers'>): boolean {
  return readProviders(providers).some(({ type }) => type !== 'outbox');
}

/**
 * Says it below what a command printed about messages, where nobody gets them.
 * @param data whether that is read by programs: then it goes to the standard error.
 */
export function sayWhereNobodyGetsThem(config: Pick<Config, 'providers'>, { data = false } = {}): void {
  if (reachesPeople(config)) return;
  if (data) console.error(NOBODY_GETS_THEM);
  else console.log(NOBODY_GETS_THEM);
}
