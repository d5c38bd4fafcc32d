import { readProviders } from '../alert/providers/settings.js';
import { UserError } from '../domain/errors.js';
import type { Config } from '../platform/config.js';

/**
 * Says on the standard error that the clock was set.
 * @throws UserError where messages would reach people: they would be told of days that are not theirs.
 */
export function checkClock({ clock, now, providers }: Pick<Config, 'clock' | 'now' | 'providers'>): void {
  if (clock === undefined) return;
  const real = readProviders(providers).filter(({ type }) => type !== 'outbox');
  if (real.length > 0) {
    throw new UserError(
      `TRUYVET_CLOCK sets the clock to ${new Date(now()).toISOString()}, and ${providers} names providers that send to people: ${real.map(({ name }) => name).join(', ')}.`,
      'Unset TRUYVET_CLOCK, or write messages to the outbox alone.',
    );
  }
  console.error(`The clock is set by TRUYVET_CLOCK=${clock}: it is ${new Date(now()).toISOString()}. For tests only.`);
}
