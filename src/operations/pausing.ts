import { operatorOrdersDecider, operationsStream } from '../delivery/index.js';
import { z } from 'zod';
import type { Provenance } from '../event-log/event-store.js';
import { handle } from '../event-log/handle.js';
import { refused } from '../kernel/errors.js';
import { NO_SUCH_PROVIDER } from './problems.js';
import { changed } from '../requests/change-outcome.js';
import { outcomeOf } from '../requests/outcome.js';
import type { OperationTools } from './overview.js';

export const pausedAnswer = changed.extend({
  paused: z
    .object({
      all: z.boolean(),
      providers: z.array(z.string()).describe('The providers that are paused individually.'),
    })
    .describe('What is paused now; workers follow it within a second.'),
});
export type Paused = z.infer<typeof pausedAnswer>;

/**
 * Keeps messages from a provider or from all, or lets them go on.
 * @throws Refused when there is no such provider.
 */
export async function pauseOrResume(
  { store, operations, providers: known }: Pick<OperationTools, 'store' | 'operations' | 'providers'>,
  type: 'Pause' | 'Resume',
  given: { provider?: string | undefined; reason: string },
  provenance: Provenance,
): Promise<Paused> {
  const { provider = null, reason } = given;
  if (provider !== null && !known.includes(provider)) {
    const { state } = await operations.load();
    // A provider that was removed from the file may still be paused.
    if (type === 'Pause' || !state.providers.has(provider)) {
      throw refused(NO_SUCH_PROVIDER, `There is no provider ${provider}.`, `Give one of these: ${known.join(', ')}.`);
    }
  }
  const command = { type, provider, reason };
  const read = () => operations.load();
  const { state, appended } = await handle(store, operatorOrdersDecider, operationsStream(), command, provenance, read);
  const paused = { all: state.all !== null, providers: [...state.providers.keys()] };
  return { ...outcomeOf(appended !== undefined), paused };
}
