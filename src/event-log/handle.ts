import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { eventsOf, type Decider } from '../kernel/decider.js';
import { WrongRevision, type Appended, type EventStore, type Provenance } from './event-store.js';
import { idOf } from '../kernel/ids.js';

/** A stream as it was read: its state and the revision of its last event, or -1 when it is empty. */
export interface Loaded<State> {
  state: State;
  revision: number;
}

/** The state and the revision after the command. */
export interface Handled<State> extends Loaded<State> {
  /** Undefined when the command changed nothing. */
  appended: Appended | undefined;
}

const ATTEMPTS = 10;

/**
 * Loads a stream, decides, and appends at the exact revision; when another writer was faster, again from the start.
 * A repeated command is decided from the state, so it appends nothing.
 * @throws Refused as the decider refuses it.
 * @param command the command, or what makes it of the state.
 * @param read called before each attempt; a caller that knows the stream already need not read it for the first.
 */
export async function handle<Command, E extends Event, State>(
  store: EventStore,
  decider: Decider<Command, E, State>,
  stream: Stream<E>,
  command: Command | ((state: State) => Command | undefined),
  provenance: Provenance,
  read: () => Promise<Loaded<State>> = () => load(store, decider, stream),
): Promise<Handled<State>> {
  const { actor } = provenance;
  const who = actor?.who;
  for (let attempt = 1; ; attempt++) {
    const { state, revision } = await read();
    const asked = typeof command === 'function' ? (command as (state: State) => Command | undefined)(state) : command;
    const events = asked === undefined ? [] : eventsOf(decider.decide(asked, state));
    if (events.length === 0) return { state, revision, appended: undefined };
    const first = revision + 1;
    try {
      const appended = await store.append(
        stream,
        // The id depends on the event's place in the stream, so an append repeated after a lost answer is recognised.
        events.map((event, i) => ({
          id: idOf(stream.name, String(first + i), JSON.stringify(event), ...(who === undefined ? [] : [who])),
          event,
          provenance,
        })),
        revision < 0 ? 'no-stream' : revision,
      );
      const after = events.reduce((before, event) => decider.evolve(before, event, actor), state);
      return { state: after, revision: appended.revision, appended };
    } catch (error) {
      if (!(error instanceof WrongRevision) || attempt === ATTEMPTS) throw error;
    }
  }
}

export async function load<Command, E extends Event, State>(
  store: EventStore,
  decider: Decider<Command, E, State>,
  stream: Stream<E>,
): Promise<Loaded<State>> {
  let state = decider.initialState;
  let revision = -1;
  for await (const event of store.read(stream)) {
    state = decider.evolve(state, event, event.provenance.actor);
    revision = event.revision;
  }
  return { state, revision };
}
