import { eventSet } from '../kernel/event.js';
import {
  type MessageKind,
  alertStream,
  AlertRequested,
  AlertCovered,
  AlertUndelivered,
  AlertFailed,
  AlertReplayed,
  AlertWithdrawn,
  WithdrawalOwedInDoubt,
  WithdrawalSent,
  WithdrawalHeld,
  WithdrawalFailed,
} from './events.js';
import { alertDecider, messageId, type AlertCommand, type AlertState } from './alert.js';
import { following, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, type Loaded } from '../event-log/handle.js';
import { alertIdOf } from '../kernel/ids.js';
import type { Outgoing } from '../delivery/index.js';
import { EarlierNotes } from './earlier-notes.js';

/** Who says what alerting appends. */
export const SOURCE = 'truyvet';

/**
 * Events after which something may have to be done about the alert they belong to. What follows from AlertSent is done
 * by whoever sent it, in the same job.
 */
export const SETTLING = eventSet(
  AlertRequested,
  AlertCovered,
  AlertUndelivered,
  AlertFailed,
  AlertReplayed,
  AlertWithdrawn,
  WithdrawalOwedInDoubt,
  WithdrawalSent,
  WithdrawalHeld,
  WithdrawalFailed,
);

/** An alert as its stream says, and what is recorded of it from there on. */
export class LoadedAlert {
  /** Revision of its last settling event, -1 when there is none. */
  settledBy = -1;
  /** Said of what that event leads to. */
  because: Provenance = { source: SOURCE };
  /** When its message had gone, in milliseconds; undefined while it has not, or is sent in this moment. */
  toldAt: number | undefined;
  /** When it, or taking it back, failed last, in milliseconds. */
  failedAt = 0;
  readonly #earlier = new EarlierNotes();
  #loaded: Loaded<AlertState> = { state: alertDecider.initialState, revision: -1 };

  constructor(
    private readonly store: EventStore,
    readonly alertId: string,
  ) {}

  get state(): AlertState {
    return this.#loaded.state;
  }

  async read(): Promise<this> {
    let { state, revision } = this.#loaded;
    for await (const event of this.store.read(alertStream(this.alertId), revision + 1)) {
      state = alertDecider.evolve(state, event);
      revision = event.revision;
      this.#earlier.note(event);
      if (event.type === 'AlertFailed' || event.type === 'WithdrawalFailed') {
        this.failedAt = event.recordedAt.getTime();
      }
      if (event.type === 'AlertSent') this.toldAt = event.recordedAt.getTime();
      if (!SETTLING.includes(event)) continue;
      this.settledBy = revision;
      this.because = following(event, SOURCE);
    }
    this.#loaded = { state, revision };
    return this;
  }

  /** Whether it changed anything; decided from what others recorded meanwhile, too. */
  async record(command: AlertCommand): Promise<boolean> {
    const stream = alertStream(this.alertId);
    let attempts = 0;
    const read = async () => {
      if (attempts++ > 0) await this.read();
      return this.#loaded;
    };
    const { appended, ...loaded } = await handle(this.store, alertDecider, stream, command, this.because, read);
    this.#loaded = loaded;
    return appended !== undefined;
  }

  /** A message of it, as delivery knows it. */
  message(kind: MessageKind): Outgoing {
    const { alertId, because } = this;
    const { request } = this.state;
    if (!request) throw new Error(`nobody asked for the alert ${alertId}`);
    const due = { messageId: messageId(alertId, kind), purpose: kind, about: alertId, whose: request.personId };
    return { due, earlier: this.#earlier.of(kind), because };
  }
}

export function loadAlert(store: EventStore, alertId: string): Promise<LoadedAlert> {
  return new LoadedAlert(store, alertId).read();
}

interface LastAlert extends Pick<LoadedAlert, 'state' | 'toldAt' | 'failedAt'> {
  sequence: number;
}

/** A person's last alert of a case; `sequence` -1 when there is none. */
export async function lastAlert(store: EventStore, caseId: string, personId: string): Promise<LastAlert> {
  let last: LastAlert = { sequence: -1, state: alertDecider.initialState, toldAt: undefined, failedAt: 0 };
  for (;;) {
    const sequence = last.sequence + 1;
    const { state, toldAt, failedAt } = await loadAlert(store, alertIdOf(caseId, personId, sequence));
    if (state.status === 'unknown') return last;
    last = { sequence, state, toldAt, failedAt };
  }
}
