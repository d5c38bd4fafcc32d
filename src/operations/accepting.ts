import { setAsideStream } from './events.js';
import { acceptingDecider, type Accepted } from './accepted-events.js';
import { refused } from '../kernel/errors.js';
import { NOT_SET_ASIDE } from './problems.js';
import type { AsideNote } from '../event-log/aside-notes.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';

/** An event that the graph, or a reader of the log, set aside. */
export type LeftOut = Pick<AsideNote, 'id' | 'commit'>;

/** The events for which an operator accepted that they stay left out. */
async function acceptedEvents(store: EventStore): Promise<Accepted> {
  return (await load(store, acceptingDecider, setAsideStream())).state;
}

/** Who accepted that an event stays left out, and why; null while nobody did. */
export interface Settled {
  accepted: { by: string; reason: string } | null;
}

/** Adds to each event who accepted it. Reads the log only if there are events. */
export async function withAccepted<Left extends Pick<LeftOut, 'id'>>(
  store: EventStore,
  leftOut: readonly Left[],
): Promise<(Left & Settled)[]> {
  const accepted = leftOut.length === 0 ? undefined : await acceptedEvents(store);
  return leftOut.map((each) => ({ ...each, accepted: accepted?.get(each.id) ?? null }));
}

/** How many of these events nobody has accepted; each event counts once. */
export async function notAccepted(store: EventStore, leftOut: readonly Pick<LeftOut, 'id'>[]): Promise<number> {
  return (await withAccepted(store, leftOut)).filter(({ accepted }) => accepted === null).length;
}

/**
 * Accepts that events stay left out, each named by its id or its position in the log.
 * @param leftOut what is set aside now.
 * @returns how many were newly accepted.
 * @throws Refused when one of them is not set aside.
 */
export async function acceptSetAside(
  store: EventStore,
  leftOut: readonly LeftOut[],
  { events, reason }: { events: readonly string[]; reason: string },
  provenance: Provenance,
): Promise<number> {
  const ids = events.flatMap((named) => {
    const found = leftOut.filter(({ id, commit }) => id === named || commit === named);
    if (found.length > 0) return found.map(({ id }) => id);
    throw refused(NOT_SET_ASIDE, `No event with the position or id ${named} is set aside.`);
  });
  const before = await acceptedEvents(store);
  const command = { type: 'Accept' as const, events: ids, reason };
  const { state } = await handle(store, acceptingDecider, setAsideStream(), command, provenance);
  return state.size - before.size;
}
