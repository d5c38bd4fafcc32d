import { type ReminderDue, reminderStream } from './events.js';
import { reminderDecider, type ReminderCommand, type ReminderState } from './reminder.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle } from '../event-log/handle.js';
import { reminderIdOf } from '../kernel/ids.js';
import type { Noted, Noting } from '../delivery/dispatcher.js';

/** What a phone is reminded of on one day, about one disease. */
export class Reminder {
  readonly reminderId: string;
  #state: ReminderState = reminderDecider.initialState;
  /** When it was last handed to a provider, in milliseconds. */
  #handedOverAt = 0;

  constructor(
    private readonly store: EventStore,
    private readonly disease: string,
    phoneIndex: string,
    private readonly day: string,
    private readonly because: Provenance,
  ) {
    this.reminderId = reminderIdOf(disease, phoneIndex, day);
  }

  get status(): ReminderState['status'] {
    return this.#state.status;
  }

  /** Opens its stream, before anything is sent. @returns false when that had been done. */
  open(): Promise<boolean> {
    const data: ReminderDue['data'] = { reminderId: this.reminderId, disease: this.disease, day: this.day };
    return this.record({ type: 'Open', data });
  }

  async record(command: ReminderCommand): Promise<boolean> {
    const stream = reminderStream(this.reminderId);
    const { state, appended } = await handle(this.store, reminderDecider, stream, command, this.because);
    this.#state = state;
    return appended !== undefined;
  }

  noting(): Noting {
    const { reminderId } = this;
    return {
      messageId: reminderId,
      noted: () => this.#noted(),
      load: async () => {
        await this.#read();
        return this.#noted();
      },
      handOver: (provider, after) => this.record({ type: 'HandOver', reminderId, provider, after }),
      endHandOver: async (provider, outcome, detail) => {
        await this.record({ type: 'EndHandOver', data: { reminderId, provider, outcome, detail } });
      },
    };
  }

  #noted(): Noted {
    const { handOver, handOvers, refusedBy } = this.#state;
    return { handOver: handOver && { ...handOver, at: this.#handedOverAt }, handOvers, refusedBy };
  }

  async #read(): Promise<void> {
    this.#state = reminderDecider.initialState;
    for await (const event of this.store.read(reminderStream(this.reminderId))) {
      if (event.type === 'ReminderHandedOver') this.#handedOverAt = event.recordedAt.getTime();
      this.#state = reminderDecider.evolve(this.#state, event);
    }
  }
}
