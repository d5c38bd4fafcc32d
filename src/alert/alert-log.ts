import { alertDecider, type AlertState } from '../domain/alert.js';
import type { AlertEvent, AlertRequested, DomainEvent } from '../domain/events.js';
import type { EventStore, Provenance } from '../log/event-store.js';
import { load } from '../log/handle.js';
import { alertIdOf } from '../log/ids.js';
import { streams } from '../log/streams.js';

/** Said of every event that alerting causes: the case is what they all belong to. */
export function about({ caseId }: Pick<AlertRequested['data'], 'caseId'>): Provenance {
  return { source: 'truyvet', correlationId: caseId };
}

/** Events after which something may have to be done about the alert they belong to. */
export const SETTLING = [
  'AlertRequested',
  'AlertCovered',
  'AlertFailed',
  'AlertWithdrawn',
  'WithdrawalSent',
  'WithdrawalHeld',
] as const satisfies AlertEvent['type'][];

export type SettlingEvent = Extract<AlertEvent, { type: (typeof SETTLING)[number] }>;

export function isSettling(event: DomainEvent): event is SettlingEvent {
  return (SETTLING as readonly string[]).includes(event.type);
}

/** An alert and the revision of its last settling event, -1 when there is none. */
export async function loadAlert(store: EventStore, alertId: string): Promise<{ state: AlertState; settledBy: number }> {
  let state = alertDecider.initialState;
  let settledBy = -1;
  for await (const event of store.read(streams.alert(alertId))) {
    // An alert's stream holds alert events only.
    state = alertDecider.evolve(state, event as unknown as AlertEvent);
    if (isSettling(event)) settledBy = event.revision;
  }
  return { state, settledBy };
}

/** A person's last alert of a case; `sequence` -1 when there is none. */
export async function lastAlert(
  store: EventStore,
  caseId: string,
  personId: string,
): Promise<{ sequence: number; state: AlertState }> {
  let last = { sequence: -1, state: alertDecider.initialState };
  for (;;) {
    const sequence = last.sequence + 1;
    const { state } = await load(store, alertDecider, streams.alert(alertIdOf(caseId, personId, sequence)));
    if (state.status === 'unknown') return last;
    last = { sequence, state };
  }
}
