import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import type { Decider } from '../kernel/decider.js';
import type { EventStore } from './event-store.js';
import type { Loaded } from './handle.js';
import { AnotherStream, lastTaken, readAfter, type LastTaken } from './read-after.js';

interface Known<State> {
  state: State;
  last: LastTaken | undefined;
}

/** A stream that is loaded repeatedly: it keeps the state and only reads new events. */
export class KnownStream<E extends Event, State> {
  #known: Known<State>;

  constructor(
    private readonly store: Pick<EventStore, 'read'>,
    private readonly decider: Pick<Decider<never, E, State>, 'initialState' | 'evolve'>,
    private readonly stream: Stream<E>,
  ) {
    this.#known = this.#nothing();
  }

  /** The current state. Reads the stream from its start when the log was replaced by another one or an older copy. */
  async load(): Promise<Loaded<State>> {
    const now = await this.#readOn(this.#known).catch((error: unknown) => {
      if (error instanceof AnotherStream) return this.#readOn(this.#nothing());
      throw error;
    });
    this.#known = now;
    return { state: now.state, revision: now.last?.revision ?? -1 };
  }

  async #readOn({ state, last }: Known<State>): Promise<Known<State>> {
    for await (const event of readAfter(this.store, this.stream, last)) {
      state = this.decider.evolve(state, event, event.provenance.actor);
      last = event;
    }
    return { state, last: last && lastTaken(last) };
  }

  #nothing(): Known<State> {
    return { state: this.decider.initialState, last: undefined };
  }
}
