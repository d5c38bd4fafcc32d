import { sampleStream } from './events.js';
import type { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import { sampleDecider } from './sample.js';
import { type EventStore, type Provenance, saidBy } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import type { settling } from '../operations/fields.js';

/**
 * Says of a result that waits for a person that it is right, or wrong.
 * @param flags how what tells several results of a tube apart is given.
 * @returns whether it waited until now; another may have been faster.
 * @throws UserError when no such result waits, or several do.
 */
export async function settleHeld(
  store: EventStore,
  what: 'release' | 'refuse',
  sampleId: string,
  { person_id, disease, by, reason }: z.infer<typeof settling>,
  provenance: Provenance,
  flags: { person: string; disease: string; list: string },
): Promise<boolean> {
  const stream = sampleStream(sampleId);
  const { state } = await load(store, sampleDecider, stream);
  const waiting = [...state.held.values()].filter(
    (each) => (person_id ?? each.personId) === each.personId && (disease ?? each.disease) === each.disease,
  );
  const [held, ...others] = waiting;
  if (!held) throw new UserError(`No such result of ${sampleId} waits for a person.`, `See: ${flags.list}`);
  if (others.length > 0) {
    const all = waiting.map((each) => `${each.personId} (${each.disease})`).join(', ');
    throw new UserError(
      `Several results of ${sampleId} wait: ${all}.`,
      `Name one by ${flags.person} and ${flags.disease}.`,
    );
  }
  const outcome = what === 'release' ? ('released' as const) : ('refused' as const);
  const data = { sampleId, personId: held.personId, disease: held.disease, outcome, reason };
  // Released, it counts as what the laboratory reported.
  const asReported = { ...saidBy(provenance, by), laboratory: true };
  const { appended } = await handle(store, sampleDecider, stream, { type: 'SettleHeld', data }, asReported);
  return appended !== undefined;
}
