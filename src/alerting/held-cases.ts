import { type Unlikely, brakeStream } from './events.js';
import { brakeDecider, type BrakeState } from './brake.js';
import { UserError } from '../kernel/errors.js';
import type { HeldCase } from '../contact-graph/ports.js';
import { type EventStore, type Provenance, saidBy } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';

export type Held = HeldCase & { unlikely: readonly Unlikely[] };

/**
 * @returns what was decided about.
 * @throws UserError when nothing of the case waits, or nobody is named.
 */
export async function decide(
  store: EventStore,
  decision: 'approve' | 'refuse',
  caseId: string,
  { by, note }: { by: string; note: string },
  provenance: Provenance = { source: 'cli' },
): Promise<BrakeState> {
  if (by.trim() === '') throw new UserError('Nobody is named who decides.', 'Give --by with a name.');
  const { state } = await load(store, brakeDecider, brakeStream(caseId));
  const type = decision === 'approve' ? ('Approve' as const) : ('Refuse' as const);
  const command = { type, caseId, note: note.trim() };
  const { appended } = await handle(store, brakeDecider, brakeStream(caseId), command, saidBy(provenance, by.trim()));
  if (!appended) {
    throw new UserError(
      state.status === 'refused'
        ? `The alerts of case ${caseId} were refused already.`
        : `No alerts of case ${caseId} wait.`,
      'List those that do: npx truyvet brake',
    );
  }
  return state;
}

/** Held cases with the numbers because of which they are. */
export async function withReasons(store: EventStore, held: readonly HeldCase[]): Promise<Held[]> {
  return Promise.all(
    held.map(async (each) => {
      const { state } = await load(store, brakeDecider, brakeStream(each.caseId));
      return { ...each, unlikely: state.unlikely };
    }),
  );
}

export function reasonOf({ rule, number, likely, placeId }: Unlikely): string {
  switch (rule) {
    case 'case':
      return `it has ${number} contacts, where up to ${likely} would be likely`;
    case 'place':
      return `${number} of them met it at ${placeId}, where up to ${likely} would be likely`;
    case 'day':
      return `there would be ${number} messages within 24 hours, where up to ${likely} would be likely`;
    case 'flips':
      return `it was retracted ${number} times today, where up to ${likely} would be likely`;
  }
}
