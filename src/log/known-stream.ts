import type { Decider } from '../domain/decider.js';
import type { DomainEvent } from '../domain/events.js';
import type { EventStore } from './event-store.js';
import type { Loaded } from './handle.js';

/** What was read of a stream, and by which event that is seen to be the same stream still. */
interface Known<State> extends Loaded<State> {
  id: string;
}

/** A stream that is asked for again and again: what was read of it is kept, and only what came since is read. */
export class KnownStream<Event extends DomainEvent, State> {
  #known: Known<State> | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'read'>,
    private readonly decider: Pick<Decider<never, Event, State>, 'initialState' | 'evolve'>,
    private readonly stream: string,
  ) {}

  /** As it is now. Where the log is another one, or an older copy of it, that is read from the start. */
  async load(): Promise<Loaded<State>> {
    const known = this.#known;
    const now = (await this.#readOn(known)) ?? (await this.#readOn(undefined));
    this.#known = now;
    return now ?? { state: this.decider.initialState, revision: -1 };
  }

  /** Undefined when the stream does not hold what is known of it, or holds nothing. */
  async #readOn(known: Known<State> | undefined): Promise<Known<State> | undefined> {
    let now: Known<State> | undefined;
    let state = known?.state ?? this.decider.initialState;
    for await (const event of this.store.read(this.stream, known?.revision ?? 0)) {
      const { id, revision } = event;
      if (known && now === undefined) {
        if (id !== known.id || revision !== known.revision) return undefined;
        now = known;
        continue;
      }
      // A stream holds the events of its own decider only.
      state = this.decider.evolve(state, event as unknown as Event);
      now = { id, revision, state };
    }
    return now;
  }
}
