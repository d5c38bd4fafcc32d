import { type MessageKind, alertStream, SETTLING } from './events.js';
import { alertDecider, messageId, type AlertCommand, type AlertState } from './alert.js';
import { following, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, type Loaded } from '../event-log/handle.js';
import { alertIdOf } from './ids.js';
import type { Outgoing } from '../delivery/index.js';
import { EarlierNotes } from './earlier-notes.js';

/** The source of the events that alerting appends. */
export const SOURCE = 'truyvet';

/** An alert as read from its stream; commands to it are handled from there on. */
export class LoadedAlert {
  /** Revision of its last settling event, -1 when there is none. */
  settledBy = -1;
  /** Provenance of the events that this event leads to. */
  because: Provenance = { source: SOURCE };
  /** When its message was sent, in milliseconds; undefined if it was not, or is being sent at this moment. */
  toldAt: number | undefined;
  /** When the alert or its withdrawal last failed, in milliseconds; 0 if neither did. */
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

  /**
   * Handles a command, also considering what others recorded meanwhile.
   * @returns whether it changed anything.
   */
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

  /** A message of the alert, in the form that delivery takes. */
  message(kind: MessageKind): Outgoing {
    const { alertId, because } = this;
    const { request } = this.state;
    if (!request) throw new Error(`there is no alert ${alertId}`);
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
