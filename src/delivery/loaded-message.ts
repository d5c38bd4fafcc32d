import { eventsOf } from '../kernel/decider.js';
import { randomUUID } from 'node:crypto';
import { WrongRevision, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, type Loaded } from '../event-log/handle.js';
import { messageStream, type MessageDue, type MessageEvent } from './events.js';
import { messageDecider, type MessageCommand, type MessageState } from './message.js';

/** What a stream of another module says of a message, from before messages had streams of their own. */
export interface Earlier {
  event: MessageEvent;
  recordedAt: Date;
}

/** Which message is meant, whether it is to go now or may have gone. */
export interface Outgoing {
  due: MessageDue['data'];
  earlier?: readonly Earlier[];
  /** Said of what is noted of it. */
  because: Provenance;
}

/** One message as its stream says, and what is noted of it from there on. */
export class LoadedMessage {
  #loaded: Loaded<MessageState> = { state: messageDecider.initialState, revision: -1 };
  /** When it was last handed to a provider, in milliseconds. */
  #handedOverAt = 0;

  constructor(
    private readonly store: EventStore,
    private readonly outgoing: Outgoing,
  ) {
    let { state } = this.#loaded;
    for (const { event, recordedAt } of outgoing.earlier ?? []) state = this.#evolved(state, event, recordedAt);
    this.#loaded = { state, revision: -1 };
  }

  get due(): MessageDue['data'] {
    return this.outgoing.due;
  }

  get id(): string {
    return this.due.messageId;
  }

  get state(): MessageState {
    return this.#loaded.state;
  }

  /** To whom it was handed last, whether that is known to be over, and when it was; null when to nobody, or in vain. */
  get lastHandOver(): { provider: string; over: boolean; at: number } | null {
    const { handOver } = this.state;
    return handOver && { ...handOver, at: this.#handedOverAt };
  }

  /** Whether there are notes of it: then they are to tell how it ended, too. */
  get isNoted(): boolean {
    const { due, handOver, refusedBy } = this.state;
    return due !== null || handOver !== null || refusedBy.length > 0;
  }

  async read(): Promise<this> {
    let { state, revision } = this.#loaded;
    for await (const event of this.store.read(this.#stream, revision + 1)) {
      state = this.#evolved(state, event, event.recordedAt);
      ({ revision } = event);
    }
    this.#loaded = { state, revision };
    return this;
  }

  /**
   * Notes that it is about to be handed to a provider.
   * @returns false when another process noted something since it was read: of two that decide at a time one goes on.
   */
  async handOver(provider: string): Promise<boolean> {
    const { state, revision } = this.#loaded;
    const { due, because } = this.outgoing;
    const events = eventsOf(messageDecider.decide({ type: 'HandOver', due, provider }, state));
    if (events.length === 0) return false;
    try {
      // Ids of their own each time: success has to mean that this process noted it, and not that another one had.
      const noted = events.map((event) => ({ id: randomUUID(), event, provenance: because }));
      const appended = await this.store.append(this.#stream, noted, revision < 0 ? 'no-stream' : revision);
      this.#loaded = {
        state: events.reduce((before, event) => messageDecider.evolve(before, event), state),
        revision: appended.revision,
      };
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  /** Whether it changed anything; decided from what others noted meanwhile, too. */
  async record(command: MessageCommand): Promise<boolean> {
    let attempts = 0;
    const read = async () => {
      if (attempts++ > 0) await this.read();
      return this.#loaded;
    };
    const { because } = this.outgoing;
    const { appended, ...loaded } = await handle(this.store, messageDecider, this.#stream, command, because, read);
    this.#loaded = loaded;
    return appended !== undefined;
  }

  get #stream() {
    return messageStream(this.outgoing.due);
  }

  #evolved(state: MessageState, event: MessageEvent, at: Date): MessageState {
    if (event.type === 'MessageHandedToProvider') this.#handedOverAt = at.getTime();
    return messageDecider.evolve(state, event);
  }
}
