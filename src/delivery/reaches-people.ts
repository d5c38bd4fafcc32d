import { readProviders } from '@truyvet/message-gateway';
import { NOBODY_GETS_THEM } from './outbox-notice.js';
import type { Config } from '../platform/config.js';

/** Whether messages reach anybody: not if they are only written to a file. */
export function reachesPeople({ providers }: Pick<Config, 'providers'>): boolean {
  return readProviders(providers).some(({ type }) => type !== 'outbox');
}

/**
 * Prints a notice below a command's output about messages, if nobody gets them.
 * @param data whether programs read that output: then the notice goes to the standard error.
 */
export function sayWhereNobodyGetsThem(config: Pick<Config, 'providers'>, { data = false } = {}): void {
  if (reachesPeople(config)) return;
  if (data) console.error(NOBODY_GETS_THEM);
  else console.log(NOBODY_GETS_THEM);
}
