import { type ReminderDue, type ReminderEvent, reminderStream } from './events.js';
import { REMINDER, reminderDecider, type ReminderCommand, type ReminderState } from './reminder.js';
import { type Earlier, type MessageEvent, NotNotedYet, type Outgoing, type Reported } from '../delivery/index.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, type Loaded } from '../event-log/handle.js';
import { idOf } from '../kernel/ids.js';
import { reminderIdOf } from './ids.js';

/** The reminder of one phone on one day, about one disease, with its events. */
export class Reminder {
  readonly reminderId: string;
  #loaded: Loaded<ReminderState> = { state: reminderDecider.initialState, revision: -1 };
  /** Events of its message from its own stream, from before messages had a stream of their own. */
  readonly #earlier: Earlier[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly disease: string,
    private readonly phoneIndex: string,
    private readonly day: string,
    private readonly because: Provenance,
  ) {
    this.reminderId = reminderIdOf(disease, phoneIndex, day);
  }

  get status(): ReminderState['status'] {
    return this.#loaded.state.status;
  }

  /** Opens its stream before anything is sent. @returns false when it was open already. */
  async open(): Promise<boolean> {
    await this.#read();
    const data: ReminderDue['data'] = { reminderId: this.reminderId, disease: this.disease, day: this.day };
    return this.record({ type: 'Open', data });
  }

  /** Records a command, with regard to what others recorded meanwhile. Returns whether it changed anything. */
  async record(command: ReminderCommand): Promise<boolean> {
    let attempts = 0;
    const read = async () => {
      if (attempts++ > 0) await this.#read();
      return this.#loaded;
    };
    const stream = reminderStream(this.reminderId);
    const { appended, ...loaded } = await handle(this.store, reminderDecider, stream, command, this.because, read);
    this.#loaded = loaded;
    return appended !== undefined;
  }

  /** The message for delivery, which belongs to the phone. */
  message(): Outgoing {
    const { reminderId, because } = this;
    const whose = idOf('phone', this.phoneIndex);
    const due = { messageId: reminderId, purpose: REMINDER, about: reminderId, whose };
    return { due, earlier: this.#earlier, because };
  }

  async #read(): Promise<void> {
    let { state, revision } = this.#loaded;
    for await (const event of this.store.read(reminderStream(this.reminderId), revision + 1)) {
      state = reminderDecider.evolve(state, event);
      ({ revision } = event);
      const earlier = messageEventOf(event);
      if (earlier) this.#earlier.push({ event: earlier, recordedAt: event.recordedAt });
    }
    this.#loaded = { state, revision };
  }
}

function messageEventOf({ type, data }: ReminderEvent): MessageEvent | undefined {
  const { reminderId: messageId } = data;
  if (type === 'ReminderHandedOver') {
    return { type: 'MessageHandedToProvider', data: { messageId, provider: data.provider } };
  }
  if (type !== 'ReminderHandOverEnded') return undefined;
  const { provider, outcome, detail } = data;
  return { type: 'MessageNotAccepted', data: { messageId, provider, outcome, detail } };
}

/**
 * Records a delivery report of a reminder; an arrived reminder needs no event. @throws NotNotedYet when it was not
 * recorded as sent yet.
 */
export async function noteOfReminder(
  store: EventStore,
  reminderId: string,
  { delivered, provider, detail }: Reported,
): Promise<void> {
  if (delivered) return;
  const command = { type: 'MarkUndelivered' as const, reminderId, provider, detail };
  const { state } = await handle(store, reminderDecider, reminderStream(reminderId), command, { source: 'truyvet' });
  if (state.status === 'due') throw new NotNotedYet();
}
