import { operationsStream } from '../delivery/events.js';
import type { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import { operationsDecider, type OperationState } from '../delivery/operations.js';
import { type Provenance, saidBy } from '../event-log/event-store.js';
import { handle } from '../event-log/handle.js';
import type { pausing } from './fields.js';
import type { OperationTools } from './overview.js';

/**
 * Keeps messages from a provider or from all, or lets them go on.
 * @returns whether that changed anything, and what is paused now.
 * @throws UserError when there is no such provider.
 */
export async function pauseOrResume(
  { store, operations, providers: known }: Pick<OperationTools, 'store' | 'operations' | 'providers'>,
  type: 'Pause' | 'Resume',
  given: z.infer<typeof pausing>,
  provenance: Provenance,
): Promise<{ changed: boolean; state: OperationState }> {
  const { reason } = given;
  const provider = given.provider ?? null;
  if (provider !== null && !known.includes(provider)) {
    const { state } = await operations.load();
    // One that was taken out of the file may still be paused.
    if (type === 'Pause' || !state.providers.has(provider)) {
      throw new UserError(`There is no provider ${provider}.`, `Name one of these: ${known.join(', ')}.`);
    }
  }
  const command = { type, provider, reason };
  const read = () => operations.load();
  const { state, appended } = await handle(
    store,
    operationsDecider,
    operationsStream(),
    command,
    saidBy(provenance, given.by),
    read,
  );
  return { changed: appended !== undefined, state };
}
