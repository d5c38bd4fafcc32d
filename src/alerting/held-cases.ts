import { z } from 'zod';
import { type Unlikely, brakeStream } from './events.js';
import { UNLIKELY } from './unlikely.js';
import { reasonOf } from './brake-reason-line.js';
import { brakeDecider } from './brake.js';
import { alertGraph } from './alert-graph.js';
import type { HeldCase } from './alert-ports.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { changed } from '../requests/change-outcome.js';
import type { Context } from '../requests/context.js';
import { outcomeOf } from '../requests/outcome.js';

export type Held = HeldCase & { unlikely: readonly Unlikely[] };

/** A case whose alerts wait, or were refused. */
export const heldCase = z.object({
  case_id: z.string(),
  person_id: z.string(),
  status: z.enum(['held', 'refused']),
  contacts: z.int(),
  since: z.string(),
  unlikely: z.array(
    z.object({
      ...{ rule: z.enum(UNLIKELY), number: z.number(), likely: z.number(), place_id: z.string().nullable() },
      says: z.string().describe('The reason as a sentence.'),
    }),
  ),
});
export type HeldShown = z.infer<typeof heldCase>;
export const heldCases = z.object({ items: z.array(heldCase) });
export type HeldCases = z.infer<typeof heldCases>;

export const decidedAnswer = changed.extend({ contacts: z.int().describe('The number of contacts of the case.') });
export type Decided = z.infer<typeof decidedAnswer>;

const MOST = 1_000;

/** Lists held and refused cases, longest waiting first. */
export async function list(context: Context): Promise<HeldCases> {
  const found = await context.of(alertGraph).heldCases(MOST);
  return { items: (await withReasons(context.base.store, found)).map(heldShown) };
}

export function heldShown({ caseId, personId, status, contacts, since, unlikely }: Held): HeldShown {
  return {
    ...{ case_id: caseId, person_id: personId, status, contacts, since },
    unlikely: unlikely.map((each) => {
      const { rule, number, likely, placeId } = each;
      return { rule, number, likely, place_id: placeId, says: reasonOf(each) };
    }),
  };
}

/** Approves or refuses the alerts of a case. @throws Refused when none of them wait. */
export async function decide(
  store: EventStore,
  decision: 'Approve' | 'Refuse',
  { case_id: caseId, note = '' }: { case_id: string; note?: string | undefined },
  provenance: Provenance,
): Promise<Decided> {
  const command = { type: decision, caseId, note };
  const { state } = await handle(store, brakeDecider, brakeStream(caseId), command, provenance);
  return { ...outcomeOf(true), contacts: state.contacts };
}

/** Adds to each held case the numbers because of which it is held. */
export async function withReasons(store: EventStore, held: readonly HeldCase[]): Promise<Held[]> {
  return Promise.all(
    held.map(async (each) => {
      const { state } = await load(store, brakeDecider, brakeStream(each.caseId));
      return { ...each, unlikely: state.unlikely };
    }),
  );
}
