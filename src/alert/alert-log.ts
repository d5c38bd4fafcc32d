import { alertDecider, type AlertState } from '../domain/alert.js';
import type { AlertEvent, DomainEvent } from '../domain/events.js';
import { following, type EventStore, type Provenance } from '../log/event-store.js';
import { load } from '../log/handle.js';
import { alertIdOf } from '../log/ids.js';
import { streams } from '../log/streams.js';

/** Who says what alerting appends. */
export const SOURCE = 'truyvet';

/** Events after which something may have to be done about the alert they belong to. */
export const SETTLING = [
  'AlertRequested',
  'AlertCovered',
  'AlertSent',
  'AlertUndelivered',
  'AlertFailed',
  'AlertReplayed',
  'AlertWithdrawn',
  'WithdrawalOwedInDoubt',
  'WithdrawalSent',
  'WithdrawalHeld',
] as const satisfies AlertEvent['type'][];

export type SettlingEvent = Extract<AlertEvent, { type: (typeof SETTLING)[number] }>;

export function isSettling(event: DomainEvent): event is SettlingEvent {
  return (SETTLING as readonly string[]).includes(event.type);
}

export interface LoadedAlert {
  state: AlertState;
  /** Revision of its last settling event, -1 when there is none. */
  settledBy: number;
  /** Said of what that event leads to. */
  because: Provenance;
  /** When a message was last handed to a provider, in milliseconds. */
  handedOverAt: number | undefined;
}

export async function loadAlert(store: EventStore, alertId: string): Promise<LoadedAlert> {
  let state = alertDecider.initialState;
  let settledBy = -1;
  let because: Provenance = { source: SOURCE };
  let handedOverAt: number | undefined;
  for await (const event of store.read(streams.alert(alertId))) {
    // An alert's stream holds alert events only.
    state = alertDecider.evolve(state, event as unknown as AlertEvent);
    if (event.type === 'MessageHandedOver') handedOverAt = event.recordedAt.getTime();
    if (!isSettling(event)) continue;
    settledBy = event.revision;
    because = following(event, SOURCE);
  }
  return { state, settledBy, because, handedOverAt };
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
