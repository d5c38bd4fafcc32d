import { placeKindOf, SHARED } from '../contact-graph/place-facts.js';
import { outcomeOf } from '../requests/outcome.js';
import { z } from 'zod';
import type { EventStore } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { RowRefused } from '../requests/refusal.js';
import { changed } from '../requests/change-outcome.js';
import type { Context } from '../requests/context.js';
import { placeKindsStream } from './events.js';
import { placeKindDecider, type PlaceKindRule, type PlaceKinds } from './place-kind.js';

const ruledKind = z.object({
  kind: z.string().describe('In lower case'),
  stay_minutes: z.int().nullable().describe('Null means the default'),
  closed_by_next: z.boolean().nullable().describe('Null means that the setting of the tenant applies'),
  shares: z
    .enum([...SHARED, 'nothing'])
    .nullable()
    .describe('Null means what the program knows about the kind'),
});
/** The rules of a kind of place. */
export type RuledKind = z.infer<typeof ruledKind>;
export const ruledKinds = z.array(ruledKind);
/** The rules of a kind after a change, and whether it changed anything. */
export const ruling = z.object({ ...changed.shape, ...ruledKind.shape });
export type Ruling = z.infer<typeof ruling>;

interface Given {
  kind: string;
  stay_minutes?: number | null | undefined;
  closed_by_next?: boolean | null | undefined;
  shares?: RuledKind['shares'] | undefined;
}

/** Changes the rules for all places of a kind. @throws RowRefused when no rule is given. */
export async function rule({ base, provenance }: Context, given: Given): Promise<Ruling> {
  const { kind, stay_minutes: stayMinutes, closed_by_next: closedByNext, shares } = given;
  const changes: Partial<PlaceKindRule> = {
    ...(stayMinutes !== undefined && { stayMinutes }),
    ...(closedByNext !== undefined && { closedByNext }),
    ...(shares !== undefined && { shares }),
  };
  if (Object.keys(changes).length === 0) {
    const fix = 'Give how long visits last, whether a check-in elsewhere ends them, or what people share there.';
    throw new RowRefused([{ column: '', reason: 'no rule is given', fix }]);
  }
  const command = { kind, rule: changes };
  const { state, appended } = await handle(base.store, placeKindDecider, placeKindsStream(), command, provenance);
  const name = placeKindOf(kind);
  return { ...outcomeOf(appended !== undefined), ...shownOf(name, state.get(name)) };
}

/** Lists the rules, sorted by kind. */
export async function listKinds({ base }: Context): Promise<RuledKind[]> {
  const all = await readPlaceKinds(base.store);
  return [...all].map(([kind, each]) => shownOf(kind, each)).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function shownOf(kind: string, rule: PlaceKindRule | undefined): RuledKind {
  const { stayMinutes = null, closedByNext = null, shares = null } = rule ?? {};
  return { kind, stay_minutes: stayMinutes, closed_by_next: closedByNext, shares };
}

export async function readPlaceKinds(store: EventStore): Promise<PlaceKinds> {
  return (await load(store, placeKindDecider, placeKindsStream())).state;
}
