import { eventsOf } from '../kernel/decider.js';
import { randomUUID } from 'node:crypto';
import { WrongRevision, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, type Loaded } from '../event-log/handle.js';
import { messageStream, type MessageDue, type MessageEvent } from './events.js';
import { messageDecider, type MessageCommand, type MessageState } from './message.js';

/** What a stream of another module says about a message, from before messages had streams of their own. */
export interface Earlier {
  event: MessageEvent;
  recordedAt: Date;
}

/** A message that has to be sent now, or that may have been sent. */
export interface Outgoing {
  due: MessageDue['data'];
  earlier?: readonly Earlier[];
  /** Provenance of the events that are recorded about it. */
  because: Provenance;
}

/** One message as read from its stream; commands to it are handled from there on. */
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

  /**
   * The provider that was last given it, whether that attempt is known to be over, and when it was, in milliseconds;
   * null if there is none, or it was refused.
   */
  get lastHandOver(): { provider: string; over: boolean; at: number } | null {
    const { handOver } = this.state;
    return handOver && { ...handOver, at: this.#handedOverAt };
  }

  /** Whether anything is recorded about it: then its outcome has to be recorded, too. */
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
   * Records that it is about to be given to a provider.
   * @returns false when another process recorded something since it was read: of two that decide at a time, one goes
   * on.
   */
  async handOver(provider: string): Promise<boolean> {
    const { state, revision } = this.#loaded;
    const { due, because } = this.outgoing;
    const events = eventsOf(messageDecider.decide({ type: 'HandOver', due, provider }, state));
    if (events.length === 0) return false;
    try {
      // Random event ids each time: success has to mean that this process recorded it, and not that another one had.
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

  /**
   * Handles a command, also considering what others recorded meanwhile.
   * @returns whether it changed anything.
   */
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
