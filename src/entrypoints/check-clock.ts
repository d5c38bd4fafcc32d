import { readProviders } from '@truyvet/message-gateway';
import { UserError } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { timeForPeople } from '../platform/times.js';

/**
 * Warns on standard error when TRUYVET_CLOCK sets the clock.
 * @throws UserError if messages would reach people: they would name wrong days.
 */
export function checkClock({
  clock,
  now,
  providers,
  zone,
}: Pick<Config, 'clock' | 'now' | 'providers' | 'zone'>): void {
  if (clock === undefined) return;
  const time = timeForPeople(new Date(now()).toISOString(), zone);
  const real = readProviders(providers).filter(({ type }) => type !== 'outbox');
  if (real.length > 0) {
    throw new UserError(
      `TRUYVET_CLOCK sets the clock to ${time}, and ${providers} names providers that send to people: ${real.map(({ name }) => name).join(', ')}.`,
      'Unset TRUYVET_CLOCK, or write messages only to the outbox.',
    );
  }
  console.error(`The clock is set by TRUYVET_CLOCK=${clock}: it is ${time}. For tests only.`);
}
